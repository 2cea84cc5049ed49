/**
 * A second, naive implementation of the language to compare the engine with: plain recursion whose position is the
 * call stack, every answer there at once. Says how a run ends and how each attempt of each step ends. Knows nothing of
 * time, crashes, cancels, retried runs or signals: flows that depend on them have no place here.
 */
import type {
  Address,
  CallNode,
  ChildNode,
  Condition,
  Definition,
  ForeachNode,
  GateNode,
  LoopNode,
  Node,
  ParallelNode,
  RunInfo,
  ScriptNode,
  StepStatus,
} from "@runfleet/model";
import {
  agentKey,
  alwaysAddress,
  attemptKey,
  bodyAddress,
  childAddress,
  fallbackAddress,
  iterationAddress,
} from "@runfleet/model";
import { childStatusFor, markersFor, outcomeFor, verdictFor } from "./answers.js";
import { hashOf } from "./random.js";

type End = "completed" | "skipped" | "failed" | "fatal";

interface Result {
  readonly markers: readonly string[];
  readonly output?: string | undefined;
}

interface World {
  readonly run: RunInfo;
  readonly results: Map<string, Result>;
  readonly steps: Map<string, StepStatus>;
}

export interface Prediction {
  readonly status: "completed" | "failed";
  /** By address and attempt. */
  readonly steps: ReadonlyMap<string, StepStatus>;
}

export function predict(definition: Definition, run: RunInfo): Prediction {
  const world: World = { run, results: new Map(), steps: new Map() };
  const end = sequence(world, bodyAddress, definition.body, "do");
  sequence(world, alwaysAddress, definition.always, "always");
  return { status: hasFailed(end) ? "failed" : "completed", steps: world.steps };
}

function execute(world: World, at: Address, node: Node): End {
  switch (node.kind) {
    case "call":
    case "script":
    case "child":
      return retried(world, at, node);
    case "sequence":
      return sequence(world, at, node.body, node.mode);
    case "branch":
      if (holds(world, node.condition) === node.negate) return "completed";
      return sequence(world, childAddress(at, 0), node.body, "do");
    case "loop":
      return loop(world, at, node);
    case "parallel":
      return parallel(world, at, node);
    case "gate":
      return gate(world, at, node);
    case "sleep":
      world.steps.set(attemptKey(at, 1), "completed");
      return "completed";
    case "foreach":
      return foreach(world, at, node);
    default:
      return node satisfies never;
  }
}

function sequence(world: World, at: Address, body: readonly Node[], mode: "do" | "always"): End {
  let end: End = "completed";
  for (const [index, node] of body.entries()) {
    const childEnd = execute(world, childAddress(at, index), node);
    if (hasFailed(childEnd) && end !== "fatal") end = childEnd;
    if (mode === "do" && (childEnd === "fatal" || (childEnd === "failed" && world.run.failFast))) return end;
  }
  return end;
}

function loop(world: World, at: Address, node: LoopNode): End {
  const seen: string[] = [];
  let end: End = "completed";
  for (let iteration = 0; ; iteration += 1) {
    const isTested = node.test === "before" || iteration > 0;
    if (isTested && !holds(world, node.condition)) return end;
    if (iteration >= node.maxIterations) return node.onMaxIter === "continue" ? end : "fatal";
    const bodyEnd = sequence(world, iterationAddress(at, iteration), node.body, "do");
    if (bodyEnd === "fatal" || (bodyEnd === "failed" && world.run.failFast)) return bodyEnd;
    if (bodyEnd === "failed") end = "failed";
    seen.push([...new Set(world.results.get(node.condition.step)?.markers)].sort().join());
    const { stuckAfter = Number.POSITIVE_INFINITY } = node;
    if (seen.length >= stuckAfter && new Set(seen.slice(-stuckAfter)).size === 1) return "fatal";
  }
}

function parallel(world: World, at: Address, node: ParallelNode): End {
  const chosen = node.branches.map((one) => one.if === undefined || holds(world, one.if));
  let good = 0;
  for (const [index, one] of node.branches.entries()) {
    const branchAt = childAddress(at, index);
    if (!chosen[index]) world.steps.set(attemptKey(branchAt, 1), "skipped");
    if (!chosen[index] || !hasFailed(retried(world, branchAt, one))) good += 1;
  }
  return good >= (node.minSuccess ?? node.branches.length) ? "completed" : "failed";
}

function retried(world: World, at: Address, node: CallNode | ScriptNode | ChildNode): End {
  const name = nameOf(node);
  for (let attempt = 1; attempt <= node.retries + 1; attempt += 1) {
    const { status, result, mayRetry } = attemptOf(node, at, attempt);
    world.steps.set(attemptKey(at, attempt), status);
    if (result !== undefined) {
      world.results.set(name, result);
      return "completed";
    }
    if (!mayRetry) break;
  }
  if (node.onFail?.kind === "agent") {
    const { agent } = node.onFail;
    retried(world, fallbackAddress(at), { kind: "call", agent, retries: 0, with: [], pluginDirs: [] });
  }
  world.results.set(name, { markers: [] });
  return node.onFail?.kind === "continue" ? "skipped" : "failed";
}

interface Attempt {
  readonly status: StepStatus;
  /** Only of a success. */
  readonly result?: Result;
  readonly mayRetry: boolean;
}

function attemptOf(node: CallNode | ScriptNode | ChildNode, at: Address, attempt: number): Attempt {
  if (node.kind === "child") {
    const childId = `${at}:${attempt}:`;
    const status = childStatusFor(childId);
    if (status === "failed") return { status, mayRetry: true };
    return { status, result: { markers: markersFor(childId) }, mayRetry: false };
  }
  const outcome = outcomeFor(attemptKey(at, attempt));
  if (outcome.type === "succeeded") return { status: "completed", result: outcome, mayRetry: false };
  if (outcome.type === "timed_out") return { status: "timed_out", mayRetry: true };
  return { status: "failed", mayRetry: outcome.type === "failed" && outcome.retryable };
}

/** Nobody sends the signal of a signal gate. */
function gate(world: World, at: Address, node: GateNode): End {
  const isPassed =
    node.quality === undefined
      ? node.gateType !== "signal" && verdictFor(at) === "approved"
      : passesQuality(world, node.quality);
  world.steps.set(attemptKey(at, 1), isPassed ? "completed" : "failed");
  return isPassed ? "completed" : "fatal";
}

function passesQuality(world: World, quality: NonNullable<GateNode["quality"]>): boolean {
  const source = world.results.get(quality.source);
  if (source === undefined) return false;
  const { confidence = 0 } = JSON.parse(source.output ?? "{}") as { confidence?: number };
  return confidence >= quality.threshold || quality.onFail === "continue";
}

/** Over x, y, z: z waits for x and y, or x and z for each other. */
function foreach(world: World, at: Address, node: ForeachNode): End {
  const hasCycle = node.ordered && hashOf(at) % 3 === 0;
  const set = (status: StepStatus): void => void world.steps.set(attemptKey(at, 1), status);
  if (hasCycle && node.onCycle === "fail") {
    set("failed");
    return "fatal";
  }
  if (hasCycle) {
    set("completed");
    return "completed";
  }
  const failed = (id: string): boolean => childStatusFor(`${at}:1:${id}`) === "failed";
  const isSkipped = node.ordered && node.onChildFail === "skip_dependents" && (failed("x") || failed("y"));
  const ran = isSkipped ? ["x", "y"] : ["x", "y", "z"];
  const failures = ran.filter(failed).length;
  const isForgiven = node.onChildFail === "continue" && failures < ran.length;
  const end = failures > 0 && !isForgiven ? "failed" : "completed";
  set(end);
  return end;
}

function holds(world: World, condition: Condition): boolean {
  if (condition.kind === "input") return world.run.inputs[condition.input] === "true";
  return world.results.get(condition.step)?.markers.includes(condition.marker) ?? false;
}

function hasFailed(end: End): boolean {
  return end === "failed" || end === "fatal";
}

function nameOf(node: CallNode | ScriptNode | ChildNode): string {
  if (node.kind === "call") return agentKey(node.agent);
  return node.kind === "child" ? node.workflow : node.name;
}
