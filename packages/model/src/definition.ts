/**
 * A definition is a workflow as data: a tree of nodes, the same whether it was written as `.wf` text or with the
 * builder. Everything is filled in (defaults included), so equal definitions have equal JSON.
 * Holds no positions in source text and nothing that changes while a run executes.
 */
import { z } from "zod";
import { concurrencySchema, rateSchema } from "./run-limits.js";

const name = z.string().min(1);
const texts = z.array(z.string());
const textMap = z.record(z.string(), z.string());

/** What a `call` names: a registered action by name, or an agent file by path. */
export const agentRefSchema = z.object({ kind: z.enum(["name", "path"]), value: name });

export const markerConditionSchema = z.object({ kind: z.literal("marker"), step: name, marker: name });
export const inputConditionSchema = z.object({ kind: z.literal("input"), input: name });
export const conditionSchema = z.discriminatedUnion("kind", [markerConditionSchema, inputConditionSchema]);

export const onFailSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("continue") }),
  z.object({ kind: z.literal("agent"), agent: agentRefSchema }),
]);

/** Options every retried step has. `retries` counts extra attempts. */
const retryShape = {
  retries: z.int().min(0),
  retryDelayMs: z.int().min(0).optional(),
  backoff: z.enum(["fixed", "exponential"]).optional(),
  onFail: onFailSchema.optional(),
  as: z.string().optional(),
  timeoutMs: z.int().min(0).optional(),
};

export const callSchema = z.object({
  kind: z.literal("call"),
  agent: agentRefSchema,
  ...retryShape,
  output: z.string().optional(),
  with: texts,
  pluginDirs: texts,
  maxTurns: z.int().min(0).optional(),
});

/** One branch of a parallel block: a call with an optional condition. */
export const parallelBranchSchema = callSchema.extend({ if: markerConditionSchema.optional() });

export const scriptSchema = z.object({
  kind: z.literal("script"),
  name,
  run: z.string(),
  env: textMap,
  ...retryShape,
});

/** `call workflow`: a run of its own, whose end is the step's end. */
export const childSchema = z.object({
  kind: z.literal("child"),
  workflow: name,
  inputs: textMap,
  ...retryShape,
});

/** `if` and, negated, `unless`. */
export const branchSchema = z.object({
  kind: z.literal("branch"),
  negate: z.boolean(),
  condition: conditionSchema,
  get body() {
    return z.array(nodeSchema);
  },
});

/** `while` (test before the body) and `do … while` (test after it). */
export const loopSchema = z.object({
  kind: z.literal("loop"),
  test: z.enum(["before", "after"]),
  condition: markerConditionSchema,
  maxIterations: z.int().min(0),
  stuckAfter: z.int().min(0).optional(),
  onMaxIter: z.enum(["fail", "continue"]),
  get body() {
    return z.array(nodeSchema);
  },
});

/** `do` (stops at the first failure) and a nested `always` (does not). `output` and `with` hold for calls inside. */
export const sequenceSchema = z.object({
  kind: z.literal("sequence"),
  mode: z.enum(["do", "always"]),
  output: z.string().optional(),
  with: texts,
  get body() {
    return z.array(nodeSchema);
  },
});

export const parallelSchema = z.object({
  kind: z.literal("parallel"),
  name: z.string().optional(),
  failFast: z.boolean(),
  minSuccess: z.int().min(0).optional(),
  output: z.string().optional(),
  with: texts,
  branches: z.array(parallelBranchSchema).min(1),
});

/** Options a person may choose from: fixed (`value → label`), or a field of an earlier step's structured output. */
export const gateOptionsSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("fixed"), values: textMap }),
  z.object({ kind: z.literal("field"), step: name, field: name }),
]);

export const gateSchema = z.object({
  kind: z.literal("gate"),
  name,
  gateType: name,
  prompt: z.string().optional(),
  minApprovals: z.int().min(0),
  mode: z.enum(["min_approvals", "review_decision"]),
  timeoutMs: z.int().min(0),
  onTimeout: z.enum(["fail", "continue"]),
  as: z.string().optional(),
  options: gateOptionsSchema.optional(),
  /** Only for `quality_gate`: passes when the source's `confidence` reaches the threshold (0..100). */
  quality: z
    .object({ source: name, threshold: z.int().min(0).max(100), onFail: z.enum(["fail", "continue"]) })
    .optional(),
  /** Further options, handed to the gate's resolver as they are. */
  params: textMap,
});

/** `for` is a duration, placeholders allowed. */
export const sleepSchema = z.object({ kind: z.literal("sleep"), name, for: z.string() });

export const foreachSchema = z.object({
  kind: z.literal("foreach"),
  name,
  over: name,
  maxParallel: z.int().min(0),
  workflow: name,
  scope: textMap.optional(),
  filter: textMap,
  inputs: textMap,
  ordered: z.boolean(),
  onCycle: z.enum(["fail", "warn"]),
  onChildFail: z.enum(["halt", "continue", "skip_dependents"]),
});

export type AgentRef = z.infer<typeof agentRefSchema>;
export type MarkerCondition = z.infer<typeof markerConditionSchema>;
export type Condition = z.infer<typeof conditionSchema>;
export type OnFail = z.infer<typeof onFailSchema>;
export type CallNode = z.infer<typeof callSchema>;
export type ParallelBranch = z.infer<typeof parallelBranchSchema>;
export type ScriptNode = z.infer<typeof scriptSchema>;
export type ChildNode = z.infer<typeof childSchema>;
export type ParallelNode = z.infer<typeof parallelSchema>;
export type GateOptions = z.infer<typeof gateOptionsSchema>;
export type GateNode = z.infer<typeof gateSchema>;
export type SleepNode = z.infer<typeof sleepSchema>;
export type ForeachNode = z.infer<typeof foreachSchema>;
export interface BranchNode {
  kind: "branch";
  negate: boolean;
  condition: Condition;
  body: Node[];
}
export interface LoopNode {
  kind: "loop";
  test: "before" | "after";
  condition: MarkerCondition;
  maxIterations: number;
  stuckAfter?: number | undefined;
  onMaxIter: "fail" | "continue";
  body: Node[];
}
export interface SequenceNode {
  kind: "sequence";
  mode: "do" | "always";
  output?: string | undefined;
  with: string[];
  body: Node[];
}
export type Node =
  | CallNode
  | ScriptNode
  | ChildNode
  | BranchNode
  | LoopNode
  | SequenceNode
  | ParallelNode
  | GateNode
  | SleepNode
  | ForeachNode;
export type NodeKind = Node["kind"];

export const nodeSchema: z.ZodType<Node> = z.lazy(() =>
  z.discriminatedUnion("kind", [
    callSchema,
    scriptSchema,
    childSchema,
    branchSchema,
    loopSchema,
    sequenceSchema,
    parallelSchema,
    gateSchema,
    sleepSchema,
    foreachSchema,
  ]),
);

export const inputDeclarationSchema = z.object({
  name,
  type: z.enum(["string", "boolean"]),
  required: z.boolean(),
  default: z.string().optional(),
  description: z.string().optional(),
  /** Masked wherever it could be read, given to steps only; a text without a default. */
  secret: z.literal(true).optional(),
});
export type InputDeclaration = z.infer<typeof inputDeclarationSchema>;

export const definitionSchema = z.object({
  name,
  title: z.string().optional(),
  description: z.string(),
  trigger: z.enum(["manual", "pr", "scheduled"]),
  targets: texts,
  group: z.string().optional(),
  /** Of the whole run; absent = none. */
  timeoutMs: z.int().min(0).optional(),
  /** Worker pool that takes its runs; absent = the parent's, of a root run `default`. */
  pool: z.string().optional(),
  concurrency: concurrencySchema.optional(),
  rate: rateSchema.optional(),
  inputs: z.array(inputDeclarationSchema),
  body: z.array(nodeSchema),
  always: z.array(nodeSchema),
});
export type Definition = z.infer<typeof definitionSchema>;

/** The name later conditions use for a call's result: the action's name, or the stem of the agent file. */
export function agentKey(agent: AgentRef): string {
  if (agent.kind === "name") return agent.value;
  const file = agent.value.slice(agent.value.lastIndexOf("/") + 1);
  const dot = file.lastIndexOf(".");
  return dot > 0 ? file.slice(0, dot) : file;
}
