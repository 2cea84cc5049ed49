/** Random definitions that use every kind of node, small enough to end soon. */
import type { Definition, GateNode, LoopNode, Node, OnFail, ParallelBranch } from "@runfleet/model";
import type { Random } from "../../packages/testing/src/simulated/random.js";
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
} from "../support/engine/definitions.js";

export { createRandom, type Random } from "../../packages/testing/src/simulated/random.js";

/** `calm`: nothing in it depends on when something happens, so faults cannot change how it ends. */
export interface FlowOptions {
  readonly calm: boolean;
}

const names = ["a", "b", "c", "d"] as const;
const conditions = ["a.red", "b.red", "c.red", "go"] as const;
const markers = ["a.red", "b.red", "c.red"] as const;

const forgiveness: readonly [OnFail | undefined, ...(OnFail | undefined)[]] = [
  undefined,
  { kind: "continue" },
  { kind: "agent", agent: { kind: "name", value: "fix" } },
];

type Make = (random: Random, options: FlowOptions, depth: number) => Node;

const leaves: readonly [Make, ...Make[]] = [
  (random, options) => call(random.pick(names), retrying(random, options)),
  (random, options) => script(`s${random.below(3)}`, retrying(random, options)),
  (random, options) => child(`w${random.below(3)}`, retrying(random, options)),
  (random, options) =>
    gate(random.pick(["human_approval", "human_review", "pr_checks"]), waiting(random, options)),
  (random, options) => ({
    ...gate("signal"),
    gateType: random.pick(["signal", "pr_checks"]),
    ...waiting(random, options),
  }),
  (random) => sleep("nap", random.pick(["0s", "2s", "1m", "3h"])),
  (random) => qualityGate(random.pick(names), random.below(60), random.pick(["fail", "continue"])),
  (random) =>
    foreach("each", {
      maxParallel: random.below(4),
      ordered: random.chance(0.5),
      onCycle: random.pick(["fail", "warn"]),
      onChildFail: random.pick(["continue", "skip_dependents", "continue"]),
    }),
];

const blocks: readonly [Make, ...Make[]] = [
  (random, options, depth) => block(body(random, options, depth + 1)),
  (random, options, depth) => always(body(random, options, depth + 1)),
  (random, options, depth) => when(random.pick(conditions), body(random, options, depth + 1)),
  (random, options, depth) => unless(random.pick(conditions), body(random, options, depth + 1)),
  (random, options, depth) => {
    const step = random.pick(["a", "b", "c"]);
    const inner = [...body(random, options, depth + 1), call(step, retrying(random, options))];
    const make = random.pick([whileLoop, doWhile]);
    return make(`${step}.red`, inner, looping(random));
  },
  (random, options) => parallel(branches(random, options), { failFast: !options.calm && random.chance(0.5) }),
  (random, options) =>
    parallel(branches(random, options), { failFast: false, minSuccess: 1, name: "checks" }),
];

export function randomFlow(random: Random, options: FlowOptions): Definition {
  return flow(body(random, options, 0), {
    always: random.chance(0.7) ? [call("clean"), script("report")] : [],
  });
}

function body(random: Random, options: FlowOptions, depth: number): Node[] {
  return Array.from({ length: 1 + random.below(4) }, () => node(random, options, depth));
}

function node(random: Random, options: FlowOptions, depth: number): Node {
  const make = depth < 3 && random.chance(0.45) ? random.pick(blocks) : random.pick(leaves);
  return make(random, options, depth);
}

/** Branches of different names: whose result is the latest would otherwise depend on who is last. */
function branches(random: Random, options: FlowOptions): ParallelBranch[] {
  return names.slice(0, 1 + random.below(4)).map((name) => {
    const condition = random.chance(0.3) ? { if: marker(random.pick(markers)) } : {};
    return call(name, { ...retrying(random, options), ...condition });
  });
}

function retrying(random: Random, { calm }: FlowOptions) {
  const onFail = random.pick(forgiveness);
  const timeout = !calm && random.chance(0.3) ? { timeoutMs: 1_000 + random.below(60_000) } : {};
  const delay = random.chance(0.5) ? { retryDelayMs: random.below(30_000) } : {};
  return { retries: random.below(3), ...delay, ...timeout, ...(onFail && { onFail }) };
}

function waiting(random: Random, { calm }: FlowOptions): Partial<GateNode> {
  return calm ? {} : { timeoutMs: random.below(900_000), onTimeout: random.pick(["fail", "continue"]) };
}

function looping(random: Random): Partial<LoopNode> {
  const stuck = random.chance(0.3) ? { stuckAfter: 2 + random.below(2) } : {};
  return { maxIterations: random.below(4), onMaxIter: random.pick(["fail", "continue"]), ...stuck };
}
