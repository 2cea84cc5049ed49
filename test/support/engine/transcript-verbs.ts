/** What can happen in a transcript: one verb per row, its words, and the event it stands for. */
import type { ChildResult, EngineEvent, Outcome } from "@runfleet/model";
import { parseDuration } from "@runfleet/model";
import { childResult, type createWorld, failed, item, ok } from "./world.js";

export interface Happening {
  readonly world: ReturnType<typeof createWorld>;
  /** Verb and words, as they are written. */
  readonly line: string;
}

interface Words {
  readonly world: Happening["world"];
  /** The word after the verb: an address, an attempt or a name. */
  readonly first: string;
  /** Everything after it. */
  readonly rest: string;
}

type Verb = (words: Words) => EngineEvent;

const verbs: Readonly<Record<string, Verb>> = {
  /** `start` */
  start: ({ world }) => ({ type: "started", at: world.now() }),
  /** `after 10m`: time passes. */
  after({ world, first }) {
    world.setNow(world.now() + (parseDuration(first) ?? Number.NaN));
    return { type: "ticked" };
  },
  /** `deadline`: time passes until the next deadline. */
  deadline({ world }) {
    world.setNow(world.decision()?.nextDeadlineAt ?? Number.NaN);
    return { type: "ticked" };
  },
  /** `succeeds b.0#1 {"markers": ["ready"]}` */
  succeeds: ({ first, rest }) => attemptEnded(first, ok(json(rest))),
  /** `fails b.0#1 no luck`: may be tried again. */
  fails: ({ first, rest }) => attemptEnded(first, failed(rest)),
  /** `fails-for-good b.0#1 no luck` */
  "fails-for-good": ({ first, rest }) => attemptEnded(first, failed(rest, { retryable: false })),
  /** `stops b.0#1`: it was told to. */
  stops: ({ first }) => attemptEnded(first, { type: "cancelled", reason: "told to" }),
  /** `times-out b.0#1`: a worker's own limit. */
  "times-out": ({ first }) =>
    attemptEnded(first, { type: "timed_out", error: { code: "slow", message: "took long" } }),
  /** `harmless b.0#1 no luck`: it certainly had no effect, and may be tried again. */
  harmless: ({ first, rest }) => attemptEnded(first, failed(rest, { noEffect: true })),
  /** `doubts b.0#1 nobody knows` */
  doubts: ({ first, rest: reason }) => attemptEnded(first, { type: "in_doubt", reason }),
  /** `returns b.0#1`: the worker gives the run away and never began it. */
  returns: ({ first }) => ({ type: "attemptReturned", ...attemptOf(first) }),
  /** `child child:b.0:1: failed {"markers": []}` */
  child({ world, first: childId, rest }) {
    const [status = "", ...more] = rest.split(" ");
    const result = childResult({ status: status as ChildResult["status"], ...json(more.join(" ")) });
    return { type: "childFinished", at: world.now(), childId, address: childId.split(":")[1] ?? "", result };
  },
  /** `items b.0 x y z x>y`: z may start at once, y after x. */
  items({ first: address, rest }) {
    const words = rest.split(" ").filter((word) => word !== "");
    const dependencies = words
      .filter((word) => word.includes(">"))
      .map((pair) => pair.split(">") as [string, string]);
    const items = words.filter((word) => !word.includes(">")).map((id) => item(id));
    return { type: "itemsCollected", address, items, dependencies };
  },
  /** `no-items b.0 provider is down` */
  "no-items": ({ first: address, rest: message }) => ({
    type: "itemsFailed",
    address,
    error: { code: "items_failed", message },
  }),
  /** `approve b.0 feedback`, `reject b.0 feedback` */
  approve: (words) => answered(words, "approved"),
  reject: (words) => answered(words, "rejected"),
  /** `choose b.0 value value` */
  choose: (words) => ({ ...answered({ ...words, rest: "" }, "approved"), selections: words.rest.split(" ") }),
  /** `done b.0 {"markers": ["charged"]}`: a person says so of a step in doubt. */
  done: (words) => ({
    ...answered({ ...words, rest: "" }, "approved"),
    selections: ["done"],
    result: json(words.rest),
  }),
  /** `poll b.0 pending` */
  poll: ({ first: address, rest }) => ({
    type: "gatePolled",
    address,
    verdict: rest as "approved" | "rejected" | "pending",
  }),
  /** `signal deploy text` */
  signal: ({ world, first: name, rest: data }) => ({
    type: "signalReceived",
    at: world.now(),
    name,
    ...(data !== "" && { data }),
  }),
  /** `cancel enough` */
  cancel: ({ world, first: reason }) => ({ type: "cancelRequested", at: world.now(), reason, by: "ann" }),
  /** `retry`: an operator lets a failed run go on. */
  retry: ({ world }) => ({ type: "retryRequested", at: world.now(), by: "ann" }),
  /** `takeover`: another worker has the run now. */
  takeover: () => ({ type: "activated", worker: "w2", generation: 2 }),
};

/** The event a line stands for. Moves the clock when the line says that time passes. */
export function happens({ world, line }: Happening): EngineEvent {
  const [verb = "", first = "", ...rest] = line.split(" ");
  const event = Object.hasOwn(verbs, verb)
    ? verbs[verb]?.({ world, first, rest: rest.join(" ") })
    : undefined;
  if (event === undefined) throw new Error(`nobody knows what happens with: ${line}`);
  return event;
}

function attemptEnded(key: string, outcome: Outcome): EngineEvent {
  return { type: "attemptEnded", ...attemptOf(key), outcome };
}

function attemptOf(key: string): { readonly address: string; readonly attempt: number } {
  const [address = "", attempt] = key.split("#");
  return { address, attempt: Number(attempt) };
}

function answered(
  { world, first: address, rest: feedback }: Words,
  verdict: "approved" | "rejected",
): Extract<EngineEvent, { type: "gateAnswered" }> {
  return {
    type: "gateAnswered",
    at: world.now(),
    address,
    verdict,
    by: "bob",
    ...(feedback !== "" && { feedback }),
  };
}

function json(text: string): Record<string, never> {
  return text === "" ? {} : (JSON.parse(text) as Record<string, never>);
}
