/**
 * The builder: functions that make the same definitions as workflow text does. `builderFor` gives them with a
 * vocabulary for the compiler; at run time both are the same functions.
 */
import type {
  CallNode,
  ChildNode,
  Definition,
  ForeachNode,
  GateNode,
  Node,
  ParallelBranch,
  ParallelNode,
  ScriptNode,
  SleepNode,
} from "@runfleet/model";
import * as steps from "./build-steps.js";
import type { WorkflowOptions } from "./build-workflow.js";
import { buildWorkflow } from "./build-workflow.js";
import type {
  BlockOptions,
  BranchOptions,
  CallOptions,
  ChildOptions,
  ForeachOptions,
  LoopOptions,
  ParallelOptions,
  QualityGateOptions,
  ScriptOptions,
  WaitingGateOptions,
} from "./step-options.js";
import type {
  AgentText,
  ConditionText,
  DurationText,
  MarkerName,
  MarkerText,
  NeedsNoInputs,
  StepName,
  Vocabulary,
  WorkflowInputs,
  WorkflowName,
} from "./vocabulary.js";

export interface Builder<V extends Vocabulary> {
  /** A whole workflow: `workflow("review", { inputs: { pr: "required" } }, [call("plan"), …])`. */
  readonly workflow: (name: string, options: WorkflowOptions, nodes: readonly Node[]) => Definition;
  /** Runs an action by name, or an agent file by path. */
  readonly call: (agent: AgentText<V>, options?: CallOptions<V>) => CallNode;
  /** A call in a parallel block, with a condition. */
  readonly branch: (agent: AgentText<V>, options?: BranchOptions<V>) => ParallelBranch;
  /** Runs a shell command. */
  readonly script: (name: string, options: ScriptOptions<V>) => ScriptNode;
  /** Runs another workflow as a run of its own. */
  readonly callWorkflow: <Name extends WorkflowName<V>>(
    name: Name,
    ...options: NeedsNoInputs<V, Name> extends true
      ? [options?: ChildOptions<V, Name>]
      : [options: ChildOptions<V, Name> & { readonly inputs: WorkflowInputs<V, Name> }]
  ) => ChildNode;
  /**
   * The condition that a step gave a marker: `marker("plan", "ready")` is `"plan.ready"`, with the editor offering the
   * steps of the vocabulary and the compiler checking markers where they are known.
   */
  readonly marker: <Step extends StepName<V>>(
    step: Step,
    marker: MarkerName<V, Step>,
  ) => `${Step}.${string}` & MarkerText<V>;
  /** `if`: the nodes run when the condition holds. */
  readonly when: (condition: ConditionText<V>, nodes: readonly Node[]) => Node;
  /** The nodes run when the condition does not hold. */
  readonly unless: (condition: ConditionText<V>, nodes: readonly Node[]) => Node;
  /** `while`: tested before each round. */
  readonly whileLoop: (condition: MarkerText<V>, options: LoopOptions, nodes: readonly Node[]) => Node;
  /** `do … while`: tested after each round. */
  readonly doWhile: (condition: MarkerText<V>, options: LoopOptions, nodes: readonly Node[]) => Node;
  /** `do`: steps with an output schema or prompt snippets in common. */
  readonly block: (nodes: readonly Node[], options?: BlockOptions) => Node;
  /** Runs calls at once. */
  readonly parallel: (branches: readonly ParallelBranch[], options?: ParallelOptions) => ParallelNode;
  /** Waits for a person, a signal or a resolver. */
  readonly gate: (name: string, options?: WaitingGateOptions<V>) => GateNode;
  /** Passes when a step was confident enough. */
  readonly qualityGate: (name: string, options: QualityGateOptions) => GateNode;
  /** Runs a workflow for each of many items. */
  readonly foreach: <Name extends WorkflowName<V>>(
    name: string,
    options: ForeachOptions<V, Name>,
  ) => ForeachNode;
  /** A nested `always`: one step failing does not keep the next from running. */
  readonly always: (nodes: readonly Node[]) => Node;
  /** Waits without holding anything; placeholders are allowed in the duration. */
  readonly sleep: (name: string, duration: DurationText | `${string}{{${string}}}${string}`) => SleepNode;
}

const builder: Builder<Vocabulary> = { workflow: buildWorkflow, ...steps };

/**
 * The builder for a vocabulary: `const { workflow, call } = builderFor<{ actions: typeof actions }>()`. Names outside
 * of the vocabulary do not compile.
 */
export function builderFor<V extends Vocabulary>(): Builder<V> {
  return builder as unknown as Builder<V>;
}

export const {
  workflow,
  call,
  branch,
  script,
  callWorkflow,
  marker,
  when,
  unless,
  whileLoop,
  doWhile,
  block,
  parallel,
  gate,
  qualityGate,
  foreach,
  always,
  sleep,
} = builder;
