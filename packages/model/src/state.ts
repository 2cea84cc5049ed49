/**
 * What the engine remembers of a run: the open frames, the latest results, the newest contexts, the totals.
 * Plain JSON. It grows with what is open and with the number of names, never with the run's history.
 *
 * A state is stored as **parts**, small JSON texts under short names, so that one step writes only what it changed:
 * `core` (without the members that have a part of their own: `inputs`, `exports`, `prior`, `signals`, `retry`),
 * `f:<address>` one per frame, `r:<key>` one per result, `e:<name>` one per step end, `c:<n>` one per context entry,
 * `i:<address>/<index>` one per foreach item.
 */
import type { Address } from "./address.js";
import type { Failure, GivenResult, StepOutput } from "./outcome.js";
import type { StepStatus } from "./status.js";
import type { Totals, Usage } from "./usage.js";

/** The frames that were open where a run failed, so that an operator's retry can go on there; `null` = open it anew. */
export type Trail = Record<Address, Frame | null>;

/**
 * Where a retried step (call, script, child) stands: waiting for an attempt, for its delay, for its `on_fail` agent,
 * for a person's word on an attempt in doubt, or for the end of an attempt that was told to stop: since the step is
 * stopped, or (`expiring`) since it timed out.
 */
export interface AttemptFrame {
  kind: "call" | "script" | "child";
  phase: "running" | "backoff" | "fallback" | "doubt" | "stopping" | "expiring";
  /** From 1. */
  attempt: number;
  /** Attempt the retries are counted from: 1, larger after an operator's retry. */
  firstAttempt: number;
  /** Position in the run's list of steps, shared by all attempts. */
  ordinal: number;
  startedAt: number;
  /** When the attempt times out, the delay before the next one is over, or an attempt told to stop is given up. */
  deadline?: number;
  lastError?: Failure;
  /** Only while stopping, and while expiring when the step is to stop afterwards. */
  stopReason?: string;
  /** Only while expiring. */
  timedOutAt?: number;
  /** Only for kind child: the child of this attempt. */
  childId?: string;
  /** Only for kind call: an attempt was begun, and nobody knows whether it had its effect. */
  mayHaveRun?: true;
  /** Only while running: the owner before gave the run away and never began this attempt. */
  returned?: true;
  /** Only while running: what a person says the step had as its result. */
  given?: GivenResult;
  /** Only in doubt: what is asked, and since when. */
  doubt?: { prompt: string; since: number };
  /** What this attempt used before it was in doubt. */
  used?: Usage;
}

export interface SequenceFrame {
  kind: "sequence";
  /** Index of the first child that was never opened. */
  next: number;
  /** First failure of a child; the sequence fails with it when it stops (or, not stopping, at its end). */
  failure?: Failure;
  /** The failure stops every enclosing block, whatever the run's `failFast`. */
  fatal?: true;
  /** Of the children that failed. */
  trail?: Trail;
  /** After an operator's retry: the failed children that must run again before `next`. */
  redo?: Trail;
}

export interface BranchFrame {
  kind: "branch";
}

export interface LoopFrame {
  kind: "loop";
  /** From 0. */
  iteration: number;
  /** Iteration the cap is counted from: 0, larger after an operator's retry. */
  firstIteration: number;
  /** For stuck detection: the condition step's newest markers, and how many iterations in a row left the same. */
  streak?: { markers: string; times: number };
  /** First failure of an iteration that did not stop the loop. */
  failure?: Failure;
}

export interface ParallelFrame {
  kind: "parallel";
  open: number;
  succeeded: number;
  skipped: number;
  failed: number;
  /** Markers of all branches that succeeded. */
  markers: string[];
  /** Of the first branch that failed. */
  failure?: Failure;
  /** Of the branches that failed or were stopped. */
  trail?: Trail;
}

export interface GateFrame {
  kind: "gate";
  attempt: number;
  ordinal: number;
  startedAt: number;
  /** Absolute: survives restarts. */
  deadline: number;
  /** Resolved options, value → label. */
  options?: Record<string, string>;
  /** The prompt with its placeholders filled in; absent when it is what the node says. */
  prompt?: string;
  /** Only for gates with a resolver: when to ask it next. */
  pollAt?: number;
  /** The resolver was asked and has not answered yet. */
  polling?: true;
  /** Since the resolver's last answer: how often it failed, and why the last time. */
  pollFailures?: { times: number; problem: string };
}

export interface SleepFrame {
  kind: "sleep";
  attempt: number;
  ordinal: number;
  startedAt: number;
  deadline: number;
}

export interface ForeachFrame {
  kind: "foreach";
  phase: "collecting" | "running" | "halting";
  attempt: number;
  ordinal: number;
  startedAt: number;
  total: number;
  /** Index of the first item never looked at; unordered items start in list order. */
  cursor: number;
  /** Child run id → item index, of the items in flight. */
  open: Record<string, number>;
  completed: number;
  failed: number;
  skipped: number;
  /** The first item that failed and why, cut; absent while none has. */
  failure?: { itemId: string; message: string };
  /** What the children used together; absent until one has ended. */
  usage?: Usage;
  /** Bytes of the item outputs kept so far; further ones are dropped at the limit of one step's output. */
  outputBytes: number;
  /** Only while halting: when children that do not stop are given up. */
  deadline?: number;
  /** Only when halted from outside (cancel, timeout), not by a failed item. */
  stopReason?: string;
}

export type Frame =
  | AttemptFrame
  | SequenceFrame
  | BranchFrame
  | LoopFrame
  | ParallelFrame
  | GateFrame
  | SleepFrame
  | ForeachFrame;

/** Latest result under one step key; what conditions, sources and references look at. */
export interface StepResult extends StepOutput {
  status: "completed" | "failed" | "skipped" | "timed_out" | "cancelled";
  childRunId?: string;
  error?: Failure;
  /** Position of the step; absent for results taken over from a child run. */
  ordinal?: number;
}

/** How a step ended last, for the summary: any kind of step, those without a result (gates, sleeps) too. */
export interface StepEnd {
  status: StepResult["status"];
  ordinal: number;
  /** How often steps of this name have ended. */
  times: number;
}

/** One element of `prior_contexts`. */
export interface ContextEntry {
  /** Grows by one per entry of the run; names the entry's part. */
  n: number;
  step: string;
  iteration: number;
  context: string;
  markers: string[];
  /** JSON text of the structured output. */
  output?: string;
  /** Bytes of context, markers and output together. */
  bytes: number;
  /** Taken over from a child run; not handed on to the parent. */
  bubbled?: true;
}

/** One item of an open foreach. */
export interface ItemState {
  id: string;
  ref: string;
  context: Record<string, string>;
  status: "pending" | "running" | "completed" | "failed" | "skipped" | "cancelled";
  childId?: string;
  /** Ordered only: indexes of the items it waits for; -1 = one that is not in the list. Absent: none. */
  blockedBy?: number[];
  /** JSON text of the child's last structured output. */
  output?: string;
}

export interface CancelState {
  /** A request ends the run as cancelled, the run's own timeout as failed. */
  cause: "request" | "timeout";
  reason: string;
  by: string;
  at: number;
  /** When open work that does not stop is given up. */
  deadline: number;
}

export interface CoreState {
  version: 1;
  /** `body` runs, then `always`, then `ended`. */
  phase: "body" | "always" | "ended";
  startedAt: number;
  /** When the run times out. */
  deadline?: number;
  inputs: Record<string, string>;
  totals: Totals;
  /** What attempts of this run used and no commit has counted yet; members are positive. Absent = nothing. */
  uncounted?: Usage;
  /** Next position in the list of steps. */
  nextOrdinal: number;
  /** False once a step failed and nothing forgave it. */
  succeeded: boolean;
  /** The first failure that nothing forgave. */
  failure?: Failure;
  /** How the body ended; set when `always` begins. */
  bodyStatus?: "completed" | "failed" | "cancelled";
  gateFeedback?: string;
  /** Latest string members of structured outputs, usable as variables. */
  exports: Record<string, string>;
  /** Newest structured output of any step, JSON text. */
  priorOutput?: string;
  /** Number of the next context entry. */
  nextContext: number;
  cancel?: CancelState;
  /** Deadline of the `always` block after a cancel or a timeout. */
  alwaysDeadline?: number;
  /** How often an operator retried the run. */
  retries: number;
  /** Only of a failed run that has ended: where a retry goes on. */
  retry?: Trail;
  /** Signals that came before anybody waited for them: name → data, oldest first. */
  signals: { name: string; data?: string }[];
}

export interface RunState {
  core: CoreState;
  frames: Record<Address, Frame>;
  results: Record<string, StepResult>;
  /** Key: step name. */
  ends: Record<string, StepEnd>;
  /** Newest entries, oldest first. */
  contexts: ContextEntry[];
  /** Key: `<foreach address>/<index>`. */
  items: Record<string, ItemState>;
}

/** What one decision changed: part name → JSON text, and the names of parts that are gone. */
export interface PartChanges {
  set: Record<string, string>;
  remove: string[];
}

/** One attempt of one step, as it is stored and shown. Times are epoch milliseconds. */
export interface StepRecord {
  address: Address;
  /** Name conditions use: action, script, gate, workflow or foreach name. */
  name: string;
  kind: "call" | "script" | "child" | "gate" | "sleep" | "foreach";
  status: StepStatus;
  attempt: number;
  iteration: number;
  ordinal: number;
  markers: string[];
  context?: string;
  output?: string;
  resultText?: string;
  error?: Failure;
  childRunId?: string;
  startedAt?: number;
  endedAt?: number;
  usage?: Usage;
  /** Run that executed the step; only in forks, for steps they did not execute themselves. */
  keptFrom?: string;
  /** Only foreach: how far it is. */
  progress?: { total: number; running: number; completed: number; failed: number; skipped: number };
}
