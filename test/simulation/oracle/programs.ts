/**
 * Random programs: a definition with every kind of node and option, the run's options, and the world it meets. Worlds
 * are of five moods, from one in which nothing fails to one in which half does: flows that fail at once reach nothing.
 */
import type {
  Definition,
  ForeachNode,
  GateNode,
  LoopNode,
  Node,
  OnFail,
  ParallelBranch,
  RunInfo,
} from "@runfleet/model";
import { secretMask } from "@runfleet/model";
import { createRandom, type Random } from "../../../packages/testing/src/simulated/random.js";
import {
  always,
  block,
  call,
  child,
  doWhile,
  flow,
  foreach,
  gate,
  marker,
  parallel,
  qualityGate,
  script,
  sleep,
  unless,
  when,
  whileLoop,
} from "../../support/engine/definitions.js";
import { runInfo } from "../../support/engine/world.js";
import { type Answers, answersOf, durationMs, type Mood } from "./answers.js";

export interface Program {
  readonly definition: Definition;
  readonly run: RunInfo;
  readonly answers: Answers;
  /** Variables of the worker. */
  readonly injected: Readonly<Record<string, string>>;
  /** Values of secret inputs. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** In no text of a program or of its world. */
export const secretValue = "of the sea";

const moods: readonly [Mood, ...Mood[]] = [
  { failing: 0, marking: 0.6, slow: 0, cancelling: 0 },
  { failing: 0.01, marking: 0.93, slow: 0, cancelling: 0.05 },
  { failing: 0.04, marking: 0.7, slow: 0.1, cancelling: 0.1 },
  { failing: 0.15, marking: 0.5, slow: 0.2, cancelling: 0.3 },
  { failing: 0.5, marking: 0.5, slow: 0.2, cancelling: 0.2 },
];

const names = ["a", "b", "c", "agents/d.md"] as const;
const stepMarkers = [
  "a.red",
  "b.red",
  "c.blue",
  "d.blue",
  "w0.red",
  "checks.red",
  "each.foreach_stalled",
] as const;
const conditions = ["a.red", "b.red", "c.blue", "go", "go", "missing"] as const;
const texts = [
  "plain",
  "{{go}}",
  "{{ inputs.go }} {{text}}",
  "{{prior_context}}/{{nobody}}",
  "{{gate_feedback}} {{open",
  "as {{token}}{{ inputs.token }} of {{go}}",
] as const;

const forgiveness: readonly [OnFail | undefined, ...(OnFail | undefined)[]] = [
  undefined,
  undefined,
  { kind: "continue" },
  { kind: "agent", agent: { kind: "name", value: "fix" } },
];

export function programOf(seed: number): Program {
  const random = createRandom(seed);
  const mood = random.pick(moods);
  const definition = flow(body(random, 0), { always: random.chance(0.6) ? body(random, 2) : [] });
  const run = runInfo({
    inputs: {
      go: random.pick(["true", "TRUE", "false"]),
      nap: random.pick(["20s", "1m", "soon"]),
      list: "[1]",
    },
    failFast: random.chance(0.5),
    dryRun: random.chance(0.07),
    depth: random.chance(0.04) ? 5 : 0,
    stepTimeoutMs: random.chance(0.2) ? durationMs(random, 120_000) : 43_200_000,
    ...(random.chance(0.1) && { timeoutMs: durationMs(random, 900_000) }),
    ...(random.chance(0.3) && { model: "large", identity: "robot", pluginDirs: ["p", "q"] }),
  });
  const injected: Record<string, string> = random.chance(0.1)
    ? {
        text: "from the worker",
        go: "perhaps",
        folder: "here",
        ...(random.chance(0.3) && { token: "known" }),
      }
    : {};
  const world = { definition, answers: answersOf(seed, mood), injected };
  if (random.chance(0.6)) return { ...world, run, secrets: {} };
  // `text` is what steps put out as well.
  const name = random.pick(["token", "token", "text"]);
  const secret = { inputs: { ...run.inputs, [name]: secretMask }, secretInputs: [name] };
  return { ...world, run: { ...run, ...secret }, secrets: { [name]: secretValue } };
}

type Make = (random: Random, depth: number) => Node;

const leaves: readonly [Make, ...Make[]] = [
  step,
  step,
  step,
  (random) =>
    script(`s${random.below(3)}`, {
      ...retrying(random),
      run: `echo ${random.pick(texts)} ${random.pick(texts)}`,
      env: random.chance(0.3) ? { TEXT: random.pick(texts) } : {},
    }),
  (random) => child(`w${random.below(3)}`, { ...retrying(random), inputs: { given: random.pick(texts) } }),
  (random) => gate(random.pick(["look", "check"]), waiting(random)),
  (random) => sleep("nap", random.pick(["0s", "2s", "1m", "10m", "{{nap}}"])),
  measured,
  (random) => foreach("each", fanOut(random)),
  (random) => foreach("each", fanOut(random)),
];

const blocks: readonly [Make, ...Make[]] = [
  (random, depth) => block(body(random, depth + 1), scope(random)),
  (random, depth) => always(body(random, depth + 1)),
  (random, depth) => when(random.pick(conditions), body(random, depth + 1)),
  (random, depth) => unless(random.pick(conditions), body(random, depth + 1)),
  loop,
  loop,
  (random) => parallel(branches(random), joining(random)),
  (random) => parallel(branches(random), joining(random)),
];

function body(random: Random, depth: number): Node[] {
  return Array.from({ length: 1 + random.below(depth === 0 ? 5 : 3) }, () => node(random, depth));
}

function node(random: Random, depth: number): Node {
  const make = depth < 3 && random.chance(0.45) ? random.pick(blocks) : random.pick(leaves);
  return make(random, depth);
}

function step(random: Random): ParallelBranch {
  return call(random.pick(names), {
    ...retrying(random),
    ...scope(random),
    ...(random.chance(0.2) && { pluginDirs: ["q", "r"] }),
  });
}

/** A quality gate, mostly behind the step it measures. */
function measured(random: Random): Node {
  const source = random.pick(["a", "b"]);
  const gateNode = qualityGate(source, random.below(60), random.pick(["fail", "continue", "continue"]));
  return random.chance(0.8) ? block([call(source, retrying(random)), gateNode]) : gateNode;
}

function scope(random: Random) {
  return {
    with: random.chance(0.3) ? [random.pick(["house", "tone"])] : [],
    ...(random.chance(0.2) && { output: random.pick(["plan", "notes"]) }),
  };
}

function loop(random: Random, depth: number): Node {
  const tested = random.pick(["a", "b"]);
  const make = random.pick([whileLoop, doWhile]);
  const more: Partial<LoopNode> = {
    maxIterations: random.below(7),
    onMaxIter: random.pick(["fail", "continue"]),
    ...(random.chance(0.5) && { stuckAfter: 1 + random.below(3) }),
  };
  const inner = random.chance(0.4) ? [] : body(random, depth + 1);
  const looped = make(`${tested}.red`, [...inner, call(tested, retrying(random))], more);
  return random.chance(0.7) ? block([call(tested), looped]) : looped;
}

/** Each with a timeout of its own: the oracle does not say what comes first when two are over at one moment. */
function branches(random: Random): ParallelBranch[] {
  return Array.from({ length: 1 + random.below(4) }, () => ({
    ...step(random),
    timeoutMs: durationMs(random, random.chance(0.3) ? 60_000 : 40_000_000),
    ...(random.chance(0.3) && { if: marker(random.pick(stepMarkers)) }),
  }));
}

function joining(random: Random) {
  return {
    failFast: random.chance(0.7),
    ...scope(random),
    ...(random.chance(0.4) && { minSuccess: random.below(5) }),
    ...(random.chance(0.5) && { name: "checks" }),
  };
}

function retrying(random: Random) {
  const onFail = random.pick(forgiveness);
  return {
    retries: random.pick([0, 0, 1, 2]),
    ...(random.chance(0.4) && {
      retryDelayMs: random.below(3) * 10_000,
      backoff: random.pick(["fixed", "exponential"]),
    }),
    ...(random.chance(0.25) && { timeoutMs: durationMs(random, 60_000) }),
    ...(random.chance(0.1) && { as: "bot" }),
    ...(onFail && { onFail }),
  };
}

function waiting(random: Random): Partial<GateNode> {
  const gateType = random.pick(["human_approval", "human_review", "pr_checks", "signal", "signal"]);
  const options = random.pick([
    undefined,
    undefined,
    { kind: "fixed", values: { v: "Five", w: "W" } },
    { kind: "field", step: "a", field: random.pick(["list", "choices"]) },
  ] as const);
  return {
    gateType,
    timeoutMs: random.pick([0, 60_000, 900_000, 900_000, 900_000]),
    onTimeout: random.pick(["fail", "continue"]),
    params: gateType === "signal" ? { signal: random.pick(["deploy", "other"]) } : {},
    ...(random.chance(0.3) && gateType !== "signal" && options && { options }),
  };
}

function fanOut(random: Random): Partial<ForeachNode> {
  return {
    workflow: random.pick(["work", "other"]),
    maxParallel: random.below(4),
    ordered: random.chance(0.6),
    onCycle: random.pick(["fail", "warn"]),
    onChildFail: random.pick(["halt", "continue", "skip_dependents"]),
    inputs: { given: random.pick([...texts, "{{item.path}} {{item.id}} {{item.ref}}"] as const) },
    filter: random.chance(0.2) ? {} : { from: random.pick(["list", "a.list", "a.text", "nobody"]) },
    ...(random.chance(0.2) && { scope: { team: "one" } }),
  };
}
