/** Options of the builder's steps: the text language's options in camel case, durations as texts with a unit. */
import type {
  DurationText,
  MarkerText,
  OnFailText,
  Vocabulary,
  WorkflowInputs,
  WorkflowName,
} from "./vocabulary.js";

export interface RetryOptions<V extends Vocabulary> {
  /** Extra attempts; default 0. */
  readonly retries?: number;
  /** Between attempts; default none. */
  readonly retryDelay?: DurationText;
  readonly backoff?: "fixed" | "exponential";
  /** When the attempts are used up: go on, or run an agent and fail. Default: fail. */
  readonly onFail?: OnFailText<V>;
  /** Identity the step acts under. */
  readonly as?: string;
  /** Of one attempt. */
  readonly timeout?: DurationText;
}

export interface CallOptions<V extends Vocabulary> extends RetryOptions<V> {
  /** Name of the schema of the structured output. */
  readonly output?: string;
  /** Names of prompt snippets. */
  readonly with?: readonly string[];
  readonly pluginDirs?: readonly string[];
  readonly maxTurns?: number;
}

export interface BranchOptions<V extends Vocabulary> extends CallOptions<V> {
  /** The branch is skipped unless the step has the marker. */
  readonly if?: MarkerText<V>;
}

export interface ScriptOptions<V extends Vocabulary> extends RetryOptions<V> {
  /** A shell command; `{{name}}` is replaced by the quoted value. */
  readonly run: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ChildOptions<V extends Vocabulary, Name extends string> extends RetryOptions<V> {
  readonly inputs?: WorkflowInputs<V, Name>;
}

export interface LoopOptions {
  readonly maxIterations: number;
  /** Fails the loop when the condition's step gave the same markers this many times in a row. */
  readonly stuckAfter?: number;
  /** Default: fail. */
  readonly onMaxIter?: "fail" | "continue";
}

export interface BlockOptions {
  /** Schema for calls inside that have none. */
  readonly output?: string;
  /** Prompt snippets for all calls inside. */
  readonly with?: readonly string[];
}

export interface ParallelOptions extends BlockOptions {
  /** Its merged markers become `name.marker`. */
  readonly name?: string;
  /** Default true: the first failure stops the others. */
  readonly failFast?: boolean;
  /** Default: all. */
  readonly minSuccess?: number;
}

export interface WaitingGateOptions<V extends Vocabulary> {
  /** Default: the gate's name. */
  readonly type?: string;
  readonly prompt?: string;
  readonly minApprovals?: number;
  readonly mode?: "min_approvals" | "review_decision";
  /** Default 24 hours. */
  readonly timeout?: DurationText;
  readonly onTimeout?: "fail" | "continue";
  readonly as?: string;
  /** Values, values with labels, or `step.field`: a field of an earlier step's structured output. */
  readonly options?: readonly string[] | Readonly<Record<string, string>> | MarkerText<V>;
  /** For the resolver of this gate's type. */
  readonly params?: Readonly<Record<string, string>>;
}

export interface QualityGateOptions {
  /** The step whose structured output has `confidence`. */
  readonly source: string;
  /** 0 to 100. */
  readonly threshold: number;
  readonly onFail?: "fail" | "continue";
  readonly as?: string;
}

export interface ForeachOptions<V extends Vocabulary, Name extends WorkflowName<V>> {
  /** Name of an item provider. */
  readonly over: string;
  readonly maxParallel: number;
  readonly workflow: Name;
  readonly scope?: Readonly<Record<string, string>>;
  readonly filter?: Readonly<Record<string, string>>;
  /** Beside `item.id`, `item.ref` and the item's other members, which every child gets. */
  readonly inputs?: Partial<WorkflowInputs<V, Name>>;
  readonly ordered?: boolean;
  readonly onCycle?: "fail" | "warn";
  /** Default: continue. */
  readonly onChildFail?: "halt" | "continue" | "skip_dependents";
}
