/**
 * One function per kind of node that fills in every default, shared by parser and builder: what is written the same
 * becomes the same, down to the order of members. Absent options are left out, never `undefined`. Checks nothing.
 */
import type {
  AgentRef,
  CallNode,
  ChildNode,
  Concurrency,
  Condition,
  Definition,
  ForeachNode,
  GateNode,
  InputDeclaration,
  MarkerCondition,
  Node,
  OnFail,
  ParallelBranch,
  ParallelNode,
  Rate,
  ScriptNode,
  SleepNode,
} from "@runfleet/model";
import { defaultGateTimeoutMs } from "./gate-types.js";

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Options of every retried step. */
export interface RetryFields {
  readonly retries?: number | undefined;
  readonly retryDelayMs?: number | undefined;
  readonly backoff?: "fixed" | "exponential" | undefined;
  readonly onFail?: OnFail | undefined;
  readonly as?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

export type CallFields = Given<Omit<CallNode, "kind" | "agent">>;
export type ParallelFields = Given<Omit<ParallelNode, "kind" | "branches">>;
export type GateFields = Given<Omit<GateNode, "kind" | "name" | "quality">> & Pick<GateNode, "params">;
export type LoopFields = {
  readonly test: "before" | "after";
  readonly condition: MarkerCondition;
  readonly maxIterations: number;
  readonly stuckAfter?: number | undefined;
  readonly onMaxIter?: "fail" | "continue" | undefined;
};
export type ForeachFields = Given<Omit<ForeachNode, "kind" | "name">> &
  Pick<ForeachNode, "over" | "maxParallel" | "workflow">;
export type MetaFields = Given<Omit<Definition, "name" | "inputs" | "body" | "always">>;
type DefinitionFields = MetaFields & Pick<Definition, "inputs" | "always">;

export function makeCall(agent: AgentRef, fields: CallFields): CallNode {
  return present<CallNode>({
    kind: "call",
    agent,
    ...retryMembers(fields),
    output: fields.output,
    with: fields.with ?? [],
    pluginDirs: fields.pluginDirs ?? [],
    maxTurns: fields.maxTurns,
  });
}

export function makeBranchCall(call: CallNode, condition: MarkerCondition | undefined): ParallelBranch {
  return present<ParallelBranch>({ ...call, if: condition });
}

export function makeScript(
  name: string,
  fields: RetryFields & { readonly run: string; readonly env?: Record<string, string> | undefined },
): ScriptNode {
  return present<ScriptNode>({
    kind: "script",
    name,
    run: fields.run,
    env: fields.env ?? {},
    ...retryMembers(fields),
  });
}

export function makeChild(
  workflow: string,
  fields: RetryFields & { readonly inputs?: Record<string, string> | undefined },
): ChildNode {
  return present<ChildNode>({
    kind: "child",
    workflow,
    inputs: fields.inputs ?? {},
    ...retryMembers(fields),
  });
}

export function makeIf(keyword: "if" | "unless", condition: Condition, body: Node[]): Node {
  return { kind: "branch", negate: keyword === "unless", condition, body };
}

export function makeLoop(fields: LoopFields, body: Node[]): Node {
  return present<Node>({
    kind: "loop",
    test: fields.test,
    condition: fields.condition,
    maxIterations: fields.maxIterations,
    stuckAfter: fields.stuckAfter,
    onMaxIter: fields.onMaxIter ?? "fail",
    body,
  });
}

export function makeSequence(
  mode: "do" | "always",
  fields: { readonly output?: string | undefined; readonly with?: string[] | undefined },
  body: Node[],
): Node {
  return present<Node>({ kind: "sequence", mode, output: fields.output, with: fields.with ?? [], body });
}

export function makeParallel(fields: ParallelFields, branches: ParallelBranch[]): ParallelNode {
  return present<ParallelNode>({
    kind: "parallel",
    name: fields.name,
    failFast: fields.failFast ?? true,
    minSuccess: fields.minSuccess,
    output: fields.output,
    with: fields.with ?? [],
    branches,
  });
}

export function makeGate(name: string, fields: GateFields): GateNode {
  return present<GateNode>({
    kind: "gate",
    name,
    gateType: fields.gateType ?? name,
    prompt: fields.prompt,
    minApprovals: fields.minApprovals ?? 1,
    mode: fields.mode ?? "min_approvals",
    timeoutMs: fields.timeoutMs ?? defaultGateTimeoutMs,
    onTimeout: fields.onTimeout ?? "fail",
    as: fields.as,
    options: fields.options,
    params: fields.params,
  });
}

/** A quality gate is decided at once: options about waiting and people do not apply to it. */
export function makeQualityGate(
  name: string,
  fields: {
    readonly source: string;
    readonly threshold: number;
    readonly onFail?: "fail" | "continue" | undefined;
    readonly as?: string | undefined;
  },
): GateNode {
  const { source, threshold, onFail = "fail" } = fields;
  return present<GateNode>({
    kind: "gate",
    name,
    gateType: "quality_gate",
    minApprovals: 1,
    mode: "min_approvals",
    timeoutMs: 0,
    onTimeout: "fail",
    as: fields.as,
    quality: { source, threshold, onFail },
    params: {},
  });
}

/** `duration` is kept as written: it may hold placeholders. */
export function makeSleep(name: string, duration: string): SleepNode {
  return { kind: "sleep", name, for: duration };
}

export function makeForeach(name: string, fields: ForeachFields): ForeachNode {
  return present<ForeachNode>({
    kind: "foreach",
    name,
    over: fields.over,
    maxParallel: fields.maxParallel,
    workflow: fields.workflow,
    scope: fields.scope,
    filter: fields.filter ?? {},
    inputs: fields.inputs ?? {},
    ordered: fields.ordered ?? false,
    onCycle: fields.onCycle ?? "fail",
    onChildFail: fields.onChildFail ?? "continue",
  });
}

/**
 * The flags decide as in the reference: a boolean is never required, a text without default always unless `optional`
 * says otherwise, and `required` beside a default keeps both.
 */
export function makeInput(
  name: string,
  fields: {
    readonly type: "string" | "boolean";
    readonly required: boolean;
    readonly optional?: boolean;
    readonly default?: string | undefined;
    readonly description?: string | undefined;
    readonly secret?: boolean | undefined;
  },
): InputDeclaration {
  return present<InputDeclaration>({
    name,
    type: fields.type,
    required: isRequired(fields),
    default: fields.default,
    description: fields.description,
    secret: fields.secret === true ? true : undefined,
  });
}

function isRequired({
  type,
  required,
  optional = false,
  default: value,
}: {
  readonly type: "string" | "boolean";
  readonly required: boolean;
  readonly optional?: boolean;
  readonly default?: string | undefined;
}): boolean {
  if (type === "boolean") return false;
  return required || (!optional && value === undefined);
}

export function makeConcurrency({ key, limit, total }: Concurrency): Concurrency {
  return present<Concurrency>({ key, limit, total });
}

export function makeRate({ key, limit, perMs, burst }: Rate): Rate {
  return present<Rate>({ key, limit, perMs, burst });
}

export function makeDefinition(name: string, fields: DefinitionFields, body: Node[]): Definition {
  return present<Definition>({
    name,
    title: fields.title,
    description: fields.description ?? "",
    trigger: fields.trigger ?? "manual",
    targets: fields.targets ?? [],
    group: fields.group,
    timeoutMs: fields.timeoutMs,
    pool: fields.pool,
    concurrency: fields.concurrency,
    rate: fields.rate,
    inputs: fields.inputs,
    body,
    always: fields.always,
  });
}

function retryMembers(fields: RetryFields): Omit<RetryFields, "retries"> & { retries: number } {
  const { retries = 0, retryDelayMs, backoff, onFail, as, timeoutMs } = fields;
  return { retries, retryDelayMs, backoff, onFail, as, timeoutMs };
}

/** Leaves out members that are `undefined`: equal nodes have equal JSON and compare equal member by member. */
function present<T extends object>(value: T): T {
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) result[key] = member;
  }
  return result as T;
}
