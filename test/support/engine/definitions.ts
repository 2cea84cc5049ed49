/** Definitions for engine tests as plain data with the defaults filled in. Not the product's builder: no checks, no text. */
import type {
  BranchNode,
  CallNode,
  ChildNode,
  Condition,
  Definition,
  ForeachNode,
  GateNode,
  LoopNode,
  MarkerCondition,
  Node,
  ParallelBranch,
  ParallelNode,
  ScriptNode,
  SequenceNode,
  SleepNode,
} from "@runfleet/model";

export function flow(body: Node[], more: Partial<Definition> = {}): Definition {
  return {
    name: "flow",
    description: "",
    trigger: "manual",
    targets: [],
    inputs: [],
    body,
    always: [],
    ...more,
  };
}

export function call(name: string, more: Partial<ParallelBranch> = {}): ParallelBranch & CallNode {
  const agent = { kind: name.includes("/") ? ("path" as const) : ("name" as const), value: name };
  return { kind: "call", agent, retries: 0, with: [], pluginDirs: [], ...more };
}

export function script(name: string, more: Partial<ScriptNode> = {}): ScriptNode {
  return { kind: "script", name, run: `run ${name}`, env: {}, retries: 0, ...more };
}

export function child(workflow: string, more: Partial<ChildNode> = {}): ChildNode {
  return { kind: "child", workflow, inputs: {}, retries: 0, ...more };
}

/** `"step.marker"` or the name of an input. */
function condition(text: string): Condition {
  return text.includes(".") ? marker(text) : { kind: "input", input: text };
}

export function marker(text: string): MarkerCondition {
  const [step = "", name = ""] = text.split(".");
  return { kind: "marker", step, marker: name };
}

export function when(text: string, body: Node[]): BranchNode {
  return { kind: "branch", negate: false, condition: condition(text), body };
}

export function unless(text: string, body: Node[]): BranchNode {
  return { kind: "branch", negate: true, condition: condition(text), body };
}

export function whileLoop(text: string, body: Node[], more: Partial<LoopNode> = {}): LoopNode {
  return {
    kind: "loop",
    test: "before",
    condition: marker(text),
    maxIterations: 5,
    onMaxIter: "fail",
    body,
    ...more,
  };
}

export function doWhile(text: string, body: Node[], more: Partial<LoopNode> = {}): LoopNode {
  return whileLoop(text, body, { test: "after", ...more });
}

export function block(body: Node[], more: Partial<SequenceNode> = {}): SequenceNode {
  return { kind: "sequence", mode: "do", with: [], body, ...more };
}

export function always(body: Node[]): SequenceNode {
  return block(body, { mode: "always" });
}

export function parallel(branches: ParallelBranch[], more: Partial<ParallelNode> = {}): ParallelNode {
  return { kind: "parallel", failFast: true, with: [], branches, ...more };
}

export function gate(name: string, more: Partial<GateNode> = {}): GateNode {
  const defaults = {
    minApprovals: 1,
    mode: "min_approvals",
    timeoutMs: 86_400_000,
    onTimeout: "fail",
    params: {},
  } as const;
  return { kind: "gate", name, gateType: "human_approval", ...defaults, ...more };
}

export function qualityGate(
  source: string,
  threshold: number,
  onFail: "fail" | "continue" = "fail",
): GateNode {
  return gate("quality_gate", { gateType: "quality_gate", quality: { source, threshold, onFail } });
}

export function sleep(name: string, length: string): SleepNode {
  return { kind: "sleep", name, for: length };
}

export function foreach(name: string, more: Partial<ForeachNode> = {}): ForeachNode {
  return {
    kind: "foreach",
    name,
    over: "things",
    maxParallel: 2,
    workflow: "work",
    filter: {},
    inputs: {},
    ordered: false,
    onCycle: "fail",
    onChildFail: "continue",
    ...more,
  };
}
