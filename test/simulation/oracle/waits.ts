/** Gates and sleeps in the oracle: a race between whoever may give the word, the deadline and a stop. */
import type { Failure, GateNode, SleepNode, StepEnd, StepRecord } from "@runfleet/model";
import { parseDuration } from "@runfleet/model";
import { first } from "./clock.js";
import { cancelled, completed, type End, type Machine, type Place } from "./machine.js";
import { filled } from "./memory.js";

interface Word {
  readonly verdict: "approved" | "rejected";
  readonly by: string;
  readonly feedback?: string | undefined;
  readonly selections?: readonly string[];
}

interface Wait {
  readonly machine: Machine;
  readonly place: Place;
  readonly name: string;
  readonly kind: "gate" | "sleep";
  readonly ordinal: number;
  readonly startedAt: number;
}

type Closing = { status: StepEnd["status"]; context?: string | undefined; error?: Failure };

function begin(
  machine: Machine,
  place: Place,
  { name, kind }: { name: string; kind: "gate" | "sleep" },
): Wait {
  const ordinal = machine.memory.takeOrdinal();
  machine.log.note({ type: "step.started", kind, address: place.at, name, attempt: 1 });
  return { machine, place, name, kind, ordinal, startedAt: machine.clock.now() };
}

function entry({
  place,
  name,
  kind,
  ordinal,
  startedAt,
}: Wait): Omit<StepRecord, "status" | "iteration" | "markers"> {
  return { address: place.at, name, kind, attempt: 1, ordinal, startedAt };
}

function close(wait: Wait, { status, context, error }: Closing): void {
  const { machine, name, ordinal } = wait;
  machine.log.record({
    ...entry(wait),
    status,
    ...(context !== undefined && { context }),
    ...(error && { error }),
  });
  machine.memory.endStep(name, status, ordinal);
}

function pass(wait: Wait, context?: string): End {
  const { machine, place, name } = wait;
  machine.log.note({ type: "step.completed", markers: [], address: place.at, name, attempt: 1 });
  close(wait, { status: "completed", context });
  return completed;
}

function fail(wait: Wait, code: string, fatal: "fatal" | "ordinary" = "fatal"): End {
  const { machine, place, name } = wait;
  const error = { code, message: "" };
  machine.log.note({ type: "step.failed", error, address: place.at, name, attempt: 1 });
  close(wait, { status: "failed", error });
  return { type: "failed", error, fatal: fatal === "fatal" };
}

function stop(wait: Wait): End {
  const { machine, place, name } = wait;
  machine.log.note({
    type: "step.cancelled",
    reason: place.stop.reason ?? "",
    address: place.at,
    name,
    attempt: 1,
  });
  close(wait, { status: "cancelled" });
  return cancelled;
}

export async function sleep(machine: Machine, place: Place, node: SleepNode): Promise<End> {
  const { clock, log, memory, program } = machine;
  const wait = begin(machine, place, { name: node.name, kind: "sleep" });
  const text = filled(node.for, memory.variables(), { missing: "strip" }).trim();
  const lengthMs = parseDuration(text);
  if (lengthMs === undefined) return fail(wait, "invalid_input", "ordinary");
  if (lengthMs === 0 || program.run.dryRun) return pass(wait);
  log.record({ ...entry(wait), status: "waiting" });
  const due = clock.until(clock.now() + lengthMs);
  return (await first({ due, stop: place.stop.requested })) === "due" ? pass(wait) : stop(wait);
}

export async function gate(machine: Machine, place: Place, node: GateNode): Promise<End> {
  const { clock, log, memory, program } = machine;
  const { at } = place;
  const { name } = node;
  const wait = begin(machine, place, { name, kind: "gate" });
  if (node.quality !== undefined) return quality(wait, node.quality);
  if (program.run.dryRun) return pass(wait);
  const options = optionsOf(machine, node);
  if (options === "none there") return fail(wait, "step_failed");
  const deadline = clock.now() + node.timeoutMs;
  log.note({ type: "gate.waiting", address: at, name, deadline });
  log.record({ ...entry(wait), status: "waiting" });
  if (node.timeoutMs === 0) return timedOut(wait, node);
  const { word, close: closed } = askForWord(wait, node, options);
  const what = await first({ word, due: clock.until(deadline), stop: place.stop.requested });
  closed();
  if (what === "stop") return stop(wait);
  if (what === "due") return timedOut(wait, node);
  const { verdict, by, feedback, selections = [] } = await word;
  const said = { ...(feedback !== undefined && { feedback }), ...(selections.length > 0 && { selections }) };
  log.note({ type: "gate.resolved", address: at, name, verdict, by, ...said });
  if (verdict === "rejected") return fail(wait, "gate_rejected");
  const words = [...(selections.length > 0 ? [selections.join(", ")] : []), ...(feedback ? [feedback] : [])];
  const heard = words.length > 0 ? words.join("\n") : feedback;
  memory.hear(heard);
  return pass(wait, heard);
}

function timedOut(wait: Wait, node: GateNode): End {
  const { machine, place, name } = wait;
  machine.log.note({ type: "gate.timed_out", address: place.at, name });
  if (node.onTimeout === "fail") return fail(wait, "gate_timed_out");
  machine.log.note({ type: "step.timed_out", address: place.at, name, attempt: 1 });
  close(wait, { status: "timed_out" });
  return completed;
}

function quality(wait: Wait, { source, threshold, onFail }: NonNullable<GateNode["quality"]>): End {
  const { machine, place, name } = wait;
  const hasRun = machine.memory.result(source) !== undefined;
  const found = machine.memory.outputMember(source, "confidence");
  const confidence = typeof found === "number" ? Math.min(100, Math.max(0, Math.trunc(found))) : 0;
  const isGood = hasRun && confidence >= threshold;
  const verdict = isGood ? "approved" : "rejected";
  machine.log.note({ type: "gate.resolved", address: place.at, name, verdict, by: "threshold" });
  return isGood || (hasRun && onFail === "continue") ? pass(wait) : fail(wait, "gate_rejected");
}

/** The values somebody may choose; undefined = anything goes. */
function optionsOf({ memory }: Machine, { options }: GateNode): readonly string[] | undefined | "none there" {
  if (options === undefined) return undefined;
  if (options.kind === "fixed") return Object.keys(options.values);
  const found = memory.outputMember(options.step, options.field);
  if (typeof found !== "object" || found === null) return "none there";
  return Array.isArray(found) ? (found as string[]) : Object.keys(found);
}

/** Everybody who may give the word is asked until somebody has, or `close` says that it is too late. */
function askForWord(wait: Wait, node: GateNode, options: readonly string[] | undefined) {
  let isOpen = true;
  let give: (word: Word) => void = () => {};
  const word = new Promise<Word>((resolve) => {
    give = resolve;
  });
  const isHuman = node.gateType === "human_approval" || node.gateType === "human_review";
  const asked = { give, isOpen: () => isOpen };
  if (node.gateType === "signal") void signal(wait, node, asked);
  else void people(wait, asked, options);
  if (node.gateType !== "signal" && !isHuman) void resolver(wait, asked);
  return {
    word,
    close() {
      isOpen = false;
    },
  };
}

interface AskedWord {
  readonly give: (word: Word) => void;
  readonly isOpen: () => boolean;
}

async function signal({ machine }: Wait, node: GateNode, { give, isOpen }: AskedWord): Promise<void> {
  const { data } = await machine.signal(node.params["signal"] ?? node.name, isOpen);
  give({ verdict: "approved", by: "signal", feedback: data });
}

/** Whoever chose something that is no option is asked again. */
async function people(
  { machine, place }: Wait,
  { give, isOpen }: AskedWord,
  options?: readonly string[],
): Promise<void> {
  const { clock, program } = machine;
  for (let nth = 0; ; nth += 1) {
    const answer = program.answers.person(place.at, nth);
    if (answer === undefined) return;
    await clock.until(clock.now() + answer.afterMs);
    if (!isOpen()) return;
    const { verdict, feedback, selections = [] } = answer;
    const isKnown = options === undefined || selections.every((value) => options.includes(value));
    if (verdict === "approved" && !isKnown) continue;
    give({ verdict, by: "ann", feedback, selections });
    return;
  }
}

async function resolver({ machine, place }: Wait, { give, isOpen }: AskedWord): Promise<void> {
  const { clock, log, memory, program } = machine;
  for (let nth = 0; isOpen(); nth += 1) {
    log.ask({ type: "pollGate", address: place.at, variables: memory.revealed() });
    const { afterMs, verdict, text, pollAfterMs = 5_000 } = program.answers.poll(place.at, nth);
    await clock.until(clock.now() + afterMs);
    if (!isOpen()) return;
    if (verdict !== "pending") give({ verdict, by: "resolver", feedback: text });
    if (verdict !== "pending") return;
    await clock.until(clock.now() + pollAfterMs);
  }
}
