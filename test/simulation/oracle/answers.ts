/**
 * What the world answers to one random program, and how long it takes: pure functions of what is asked, so that two
 * implementations that ask the same hear the same. Times are fractions of a power of two: no two answers come at
 * one moment by chance, and sums stay exact.
 */
import type { ChildResult, Failure, GivenResult, Item, Outcome, Usage } from "@runfleet/model";
import { zeroTotals } from "@runfleet/model";
import { createRandom, hashOf, type Random } from "../../../packages/testing/src/simulated/random.js";

/** How the world of one program is disposed; chances between 0 and 1. */
export interface Mood {
  readonly failing: number;
  /** That a step sets the marker `red`. */
  readonly marking: number;
  /** That an answer takes ten times as long. */
  readonly slow: number;
  readonly cancelling: number;
}

interface Answer<T> {
  readonly afterMs: number;
  readonly result: T;
  /** How long it takes to stop when told to; absent = it does not listen. */
  readonly stopsAfterMs?: number;
}

interface PersonAnswer {
  readonly afterMs: number;
  readonly verdict: "approved" | "rejected";
  readonly feedback?: string;
  readonly selections?: string[];
}

interface DoubtAnswer extends PersonAnswer {
  readonly result?: GivenResult;
}

interface PollAnswer {
  readonly afterMs: number;
  readonly verdict: "approved" | "rejected" | "pending";
  readonly text?: string;
  readonly pollAfterMs?: number;
}

export interface ItemList {
  readonly items: Item[];
  readonly dependencies: [string, string][];
}

export interface Answers {
  /** When it is asked for the nth time: again after somebody answered a doubt about it. */
  attempt(address: string, attempt: number, nth: number): Answer<Outcome>;
  child(childId: string): Answer<ChildResult>;
  /** Of the person who looks at a gate after it was announced for the nth time; nothing = nobody looks. */
  person(address: string, nth: number): PersonAnswer | undefined;
  /** Of the person who is asked about a step in doubt for the nth time; somebody always looks. */
  doubt(address: string, nth: number): DoubtAnswer;
  poll(address: string, nth: number): PollAnswer;
  items(address: string): Answer<ItemList | { readonly error: Failure }>;
  readonly signals: readonly { readonly afterMs: number; readonly name: string; readonly data?: string }[];
  readonly cancelAfterMs?: number;
}

export function answersOf(seed: number, mood: Mood): Answers {
  const draw = (key: string) => createRandom(hashOf(`${seed} ${key}`));
  const own = draw("signals and cancel");
  const signals = Array.from({ length: own.below(4) }, () => signalOf(own)).sort(
    (left, right) => left.afterMs - right.afterMs,
  );
  return {
    attempt: (address, attempt, nth) =>
      attemptAnswer(draw(`attempt ${address} ${attempt}${nth === 0 ? "" : ` ${nth}`}`), mood),
    child: (childId) => childAnswer(draw(`child ${childId}`), mood),
    person: (address, nth) => personAnswer(draw(`person ${address} ${nth}`), mood),
    doubt: (address, nth) => doubtAnswer(draw(`doubt ${address} ${nth}`)),
    poll: (address, nth) => pollAnswer(draw(`poll ${address} ${nth}`), mood),
    items: (address) => itemsAnswer(draw(`items ${address}`), mood),
    signals,
    ...(own.chance(mood.cancelling) && { cancelAfterMs: durationMs(own, 600_000) }),
  };
}

/** Above 0 and at most `most`. */
export function durationMs(random: Random, most: number): number {
  return Math.max(1, Math.ceil(random.next() * most * 1024)) / 1024;
}

function timing(random: Random, { slow }: Mood, stopMs: number) {
  const afterMs = durationMs(random, random.chance(slow) ? 400_000 : 40_000);
  return { afterMs, ...(random.chance(0.7) && { stopsAfterMs: durationMs(random, stopMs * 1.5) }) };
}

/** In any order, and sometimes said twice: neither means anything. */
function markersOf(random: Random, { marking }: Mood): string[] {
  const markers = ["red", "blue"].filter((marker) => random.chance(marker === "red" ? marking : 0.5));
  const again = random.chance(0.1) ? markers.slice(0, 1) : [];
  return random.chance(0.5) ? [...markers, ...again] : [...markers.toReversed(), ...again];
}

function usageOf(random: Random): Usage {
  return { costUsd: random.below(8) / 8, turns: random.below(3), durationMs: random.below(100) };
}

/** Members with the names of earlier steps' members win over them; other types than text are no variables. */
function outputOf(random: Random): string | undefined {
  const outputs = [
    undefined,
    JSON.stringify({ confidence: random.below(130) - 10, text: `t${random.below(9)}`, list: ["v", "w"] }),
    JSON.stringify({ markers: [], context: "", text: "it's", workflow_run_id: "no", n: 1 }),
    JSON.stringify({ markers: "none", text: "wrong markers" }),
    JSON.stringify({ choices: { v: "Five", w: "W" }, confidence: "80" }),
    "[1, 2]",
    "broken {",
  ] as const;
  return random.pick(outputs);
}

function outcomeOf(random: Random, mood: Mood): Outcome {
  const usage = random.chance(0.8) ? { usage: usageOf(random) } : {};
  if (random.chance(mood.failing)) return failureOf(random, usage);
  const output = outputOf(random);
  const context = random.pick(["", "seen", "found {{go}}", "it's done"]);
  return {
    type: "succeeded",
    markers: markersOf(random, mood),
    context,
    ...(output !== undefined && { output }),
    ...(random.chance(0.2) && { resultText: "fine" }),
    ...usage,
  };
}

function failureOf(random: Random, usage: { usage?: Usage }): Outcome {
  const kind = random.below(10);
  if (kind === 0) return { type: "timed_out", error: { code: "slow", message: "took long" }, ...usage };
  if (kind === 1) return { type: "cancelled", reason: "it gave up", ...usage };
  if (kind === 2) return { type: "in_doubt", reason: "nobody knows", ...usage };
  return {
    type: "failed",
    error: { code: random.pick(["boom", "action_not_found"]), message: `no luck ${random.below(9)}` },
    retryable: kind > 3,
    ...(kind > 6 && { noEffect: true }),
    ...(kind > 8 && { retryAfterMs: durationMs(random, 50_000) }),
    ...usage,
  };
}

function attemptAnswer(random: Random, mood: Mood): Answer<Outcome> {
  return { ...timing(random, mood, 7_000), result: outcomeOf(random, mood) };
}

function childAnswer(random: Random, mood: Mood): Answer<ChildResult> {
  const ends = random.chance(mood.failing)
    ? (["failed", "failed", "cancelled"] as const)
    : (["completed"] as const);
  const status = random.pick(ends);
  const output = outputOf(random);
  const inner = random.pick(["a", "inner", "w0"]);
  const found = { markers: markersOf(random, mood), context: "from inside", ...(output && { output }) };
  const result: ChildResult = {
    status,
    markers: markersOf(random, mood),
    context: "child",
    totals: {
      ...zeroTotals(),
      costUsd: random.below(4) / 4,
      inputTokens: random.below(5),
      hasLlmMetrics: random.chance(0.5),
    },
    results: random.chance(0.5) ? { [inner]: { status: "completed", ...found } } : {},
    contexts: random.chance(0.5) ? [{ step: inner, ...found }] : [],
    ...(output && { output }),
    ...(status === "failed" && random.chance(0.7) && { error: { code: "boom", message: "inside" } }),
  };
  return { ...timing(random, mood, 60_000), result };
}

const selections: readonly [string[], ...string[][]] = [["v"], ["v", "w"], ["other"], []];

function personAnswer(random: Random, mood: Mood): PersonAnswer | undefined {
  if (random.chance(0.15)) return undefined;
  return {
    afterMs: durationMs(random, 300_000),
    verdict: random.chance(mood.failing / 2) ? "rejected" : "approved",
    ...(random.chance(0.5) && { feedback: random.pick(["good", "", "say why"]) }),
    ...(random.chance(0.4) && { selections: [...random.pick(selections)] }),
  };
}

function doubtAnswer(random: Random): DoubtAnswer {
  const chosen = random.pick(["retry", "retry", "done", "done", "fail", "other"]);
  return {
    afterMs: durationMs(random, 300_000),
    verdict: random.chance(0.1) ? "rejected" : "approved",
    ...(random.chance(0.9) && { selections: random.chance(0.9) ? [chosen] : ["retry", "done"] }),
    ...(random.chance(0.3) && { feedback: "looked" }),
    ...(random.chance(0.5) && { result: { markers: ["red"], output: { text: "given" } } }),
  };
}

function pollAnswer(random: Random, mood: Mood): PollAnswer {
  const rejects = random.chance(mood.failing / 2);
  return {
    afterMs: durationMs(random, 20_000),
    verdict: rejects ? "rejected" : random.pick(["approved", "pending", "pending"]),
    ...(random.chance(0.3) && { text: "checks" }),
    ...(random.chance(0.5) && { pollAfterMs: durationMs(random, 40_000) }),
  };
}

function itemsAnswer(random: Random, mood: Mood): Answer<ItemList | { error: Failure }> {
  const { afterMs } = timing(random, mood, 7_000);
  if (random.chance(mood.failing / 4))
    return { afterMs, result: { error: { code: "items_failed", message: "no list" } } };
  const ids = ["x", "y", "z", "u", "x"].slice(0, random.below(6));
  const items = ids.map((id, index) => ({
    id,
    ref: `ref-${index}`,
    context: random.chance(0.5) ? { path: `p${index}` } : {},
  }));
  const dependencies = Array.from({ length: random.below(4) }, () => pairOf(random));
  return { afterMs, result: { items, dependencies } };
}

/** Mostly from an earlier item to a later one; sometimes the other way (cycles), sometimes from one nobody lists. */
function pairOf(random: Random): [string, string] {
  const chances = [
    ["x", "y"],
    ["x", "z"],
    ["y", "z"],
    ["z", "u"],
    ["y", "u"],
    ["u", "x"],
    ["y", "y"],
    ["gone", "z"],
    ["x", "gone"],
  ] as const;
  const [blocker, dependent] =
    chances[random.chance(0.75) ? random.below(5) : random.below(chances.length)] ?? chances[0];
  return [blocker, dependent];
}

function signalOf(random: Random) {
  const data = random.pick([undefined, "ready", ""]);
  return {
    afterMs: durationMs(random, 400_000),
    name: random.pick(["deploy", "other"]),
    ...(data !== undefined && { data }),
  };
}
