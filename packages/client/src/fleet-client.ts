/**
 * The contract of the producer SDK: everything a program can ask of a fleet. Only shapes, no behaviour.
 * Every method rejects with a `RunfleetError`; `redis_unavailable` comes quickly, never after a long wait. Arguments of a wrong
 * type and options that do not exist are `invalid_usage`, so that callers without a compiler learn the same.
 */
import type { Diagnostic } from "@runfleet/language";
import type {
  Definition,
  HistoryEvent,
  RunDocument,
  RunfleetError,
  RunStatus,
  ScalingPolicyInput,
} from "@runfleet/model";
import type { RedisFinding } from "@runfleet/store";
import type {
  DefinitionDocument,
  FiringDocument,
  GatePage,
  LimitPage,
  ManyDocument,
  PublishedDocument,
  PublishedVersion,
  RunExplanation,
  RunPage,
  ScheduleChange,
  ScheduleDocument,
  SchedulePage,
  SignalReceipt,
  UsageDocument,
  WorkflowDocument,
} from "./client-documents.js";
import type {
  AnswerOptions,
  CancelManyOptions,
  CancelOptions,
  EventsOptions,
  ForkOptions,
  GateListOptions,
  LimitListOptions,
  LimitOptions,
  ListOptions,
  ManyOptions,
  RerunOptions,
  ResultOptions,
  RetryOptions,
  RunFilter,
  ScheduleChangeOptions,
  ScheduleListOptions,
  ScheduleOptions,
  SignalOptions,
  StartDefinitionOptions,
  StartEntry,
  StartManyOptions,
  StartOptions,
  TerminateOptions,
  UsageOptions,
  WorkflowSource,
} from "./client-options.js";
import type { FleetCountsDocument, FleetDocument, ScalingDocument } from "./fleet-documents.js";
import type { LogLineDocument, LogOptions, LogPage, LogsOptions } from "./log-documents.js";
import type { InputsOf, StartArguments, TypedScheduleOptions, WorkflowRef } from "./workflow-ref.js";

/** One run. Nothing is read until a method is called. */
export interface RunHandle {
  readonly id: string;
  get(): Promise<RunDocument>;
  result(options?: ResultOptions): Promise<RunDocument>;
  events(options?: EventsOptions): AsyncIterableIterator<HistoryEvent>;
  readLog(options?: LogOptions): Promise<LogPage>;
  logs(options?: LogsOptions): AsyncIterableIterator<LogLineDocument>;
  /** `gate` is a name or an address; absent = the only open one. */
  approve(gate?: string, options?: AnswerOptions): Promise<void>;
  reject(gate?: string, options?: AnswerOptions): Promise<void>;
  cancel(options?: CancelOptions): Promise<void>;
  terminate(options?: TerminateOptions): Promise<void>;
  retry(options?: RetryOptions): Promise<void>;
  rerun(options?: RerunOptions): Promise<StartedRun>;
  fork(options: ForkOptions): Promise<StartedRun>;
  signal(name: string, options?: SignalOptions): Promise<SignalReceipt>;
}

export interface StartedRun extends RunHandle {
  /** `expired` = the idempotency key named a run that has ended and is no longer kept. */
  readonly status: RunStatus | "expired";
  /** True when the idempotency key named a run that existed already. */
  readonly isRepeat: boolean;
}

/** What became of one entry of `startMany`. */
export type StartManyOutcome =
  | { readonly type: "started"; readonly run: StartedRun }
  /** `idempotency_conflict`, or `redis_unavailable`: then it may have been started; repeat it with an idempotency key. */
  | { readonly type: "refused"; readonly error: RunfleetError };

export interface FleetClient {
  /**
   * By name, or by a reference (`workflowRef`) whose inputs the compiler checks. Throws `workflow_not_found`,
   * `invalid_input`, `too_large`, `idempotency_conflict` before anything is written.
   */
  start<Inputs extends InputsOf<Inputs>>(
    workflow: WorkflowRef<Inputs, unknown>,
    ...options: StartArguments<Inputs>
  ): Promise<StartedRun>;
  start(workflow: string, options?: StartOptions): Promise<StartedRun>;
  /**
   * Starts up to 10,000 runs, a hundred in about the time of one. All are checked first: with one that cannot be started
   * nothing is written, and the error names it (`entry 7: …`, `details.index`). What is found out later is said per entry,
   * in their order; nothing that was started is taken back.
   */
  startMany(entries: readonly StartEntry[], options?: StartManyOptions): Promise<readonly StartManyOutcome[]>;
  /** Publishes the definition and starts exactly this version. Throws `invalid_definition` besides. */
  startDefinition(
    workflow: Definition | WorkflowSource,
    options?: StartDefinitionOptions,
  ): Promise<StartedRun>;
  /** All or nothing: with one invalid definition nothing is published. Details of the error hold `diagnostics`. */
  publish(workflows: readonly (Definition | WorkflowSource)[]): Promise<readonly PublishedVersion[]>;
  /** What is wrong with a workflow, and what looks like a mistake; publishes nothing. */
  validate(workflow: Definition | WorkflowSource): Promise<readonly Diagnostic[]>;
  /** A handle on a run that may or may not exist. */
  run(runId: string): RunHandle;
  /** The document of `show --json`. Throws `run_not_found`. */
  get(runId: string): Promise<RunDocument>;
  /** The version of its workflow that the run uses. Throws `run_not_found`, `workflow_not_found` when it is not stored any more. */
  definition(runId: string): Promise<DefinitionDocument>;
  /** One sentence why the run is not moving, and what to do. Throws `run_not_found`. */
  explain(runId: string): Promise<RunExplanation>;
  /** Newest first. */
  list(options?: ListOptions): Promise<RunPage>;
  /** Resolves when the request is durable; asking twice is harmless. Throws `run_ended`, `run_not_found`. */
  cancel(runId: string, options?: CancelOptions): Promise<void>;
  /**
   * Ends a run as cancelled when the call resolves, whatever its worker does: nothing more of it is executed, its
   * `always` block neither; its children are cancelled. Throws `run_ended`, `run_not_found`.
   */
  terminate(runId: string, options?: TerminateOptions): Promise<void>;
  /**
   * A failed root run goes on: what completed stays, what failed is attempted again. Resolves when that is durable.
   * Throws `retry_refused`, `run_not_found`.
   */
  retry(runId: string, options?: RetryOptions): Promise<void>;
  /**
   * Cancels the root runs that a filter chooses, one after the other; their children go with them. Runs that have ended
   * meanwhile are skipped, runs that are started meanwhile are left alone. Throws `invalid_usage` for an empty filter.
   */
  cancelMany(filter: RunFilter, options?: CancelManyOptions): Promise<ManyDocument>;
  /** Retries the failed root runs that a filter chooses, in the same way. */
  retryMany(filter: RunFilter, options?: ManyOptions): Promise<ManyDocument>;
  /**
   * A new root run of the same version with the same inputs and options, whatever became of the run. Throws
   * `run_not_found`, `workflow_not_found` when the version is not stored any more, and what `start` throws.
   */
  rerun(runId: string, options?: RerunOptions): Promise<StartedRun>;
  /**
   * A new root run of the same version that keeps how the steps before `from` ended instead of executing them.
   * Throws `fork_refused` for a run that has not ended and a step that is not there, `too_large` when there is too
   * much to keep, and what `rerun` throws.
   */
  fork(runId: string, options: ForkOptions): Promise<StartedRun>;
  /** First answer wins. Throws `gate_answered`, `gate_not_found`, `run_ended`, `run_not_found`. */
  approve(runId: string, gate?: string, options?: AnswerOptions): Promise<void>;
  reject(runId: string, gate?: string, options?: AnswerOptions): Promise<void>;
  /** Resolves when the signal is durable, and says whether a gate of the workflow waits for its name. */
  signal(runId: string, name: string, options?: SignalOptions): Promise<SignalReceipt>;
  /** Waits until the run has ended, however it ends. */
  result(runId: string, options?: ResultOptions): Promise<RunDocument>;
  /** The run's history in order, then what happens, until the run has ended. */
  events(runId: string, options?: EventsOptions): AsyncIterableIterator<HistoryEvent>;
  /** A page of what the run's actions and scripts have said, bounded per step and run. Throws `run_not_found`. */
  readLog(runId: string, options?: LogOptions): Promise<LogPage>;
  /** The same line by line, then what they say next, until the run has ended. */
  logs(runId: string, options?: LogsOptions): AsyncIterableIterator<LogLineDocument>;
  gates(options?: GateListOptions): Promise<GatePage>;
  /**
   * Adds a schedule, or replaces the one of this name. The same again changes nothing, so every process of a deployment may say
   * it; other inputs leave the due times as they are. Throws `invalid_usage`, `workflow_not_found`, `invalid_input`,
   * `too_large` before anything is written.
   */
  schedule<Inputs extends InputsOf<Inputs>>(
    name: string,
    options: TypedScheduleOptions<Inputs>,
  ): Promise<ScheduleChange>;
  schedule(name: string, options: ScheduleOptions): Promise<ScheduleChange>;
  /** By name. */
  schedules(options?: ScheduleListOptions): Promise<SchedulePage>;
  /** This and the following throw `schedule_not_found`. */
  getSchedule(name: string): Promise<ScheduleDocument>;
  /** What became of its newest due times, at most 100, newest first. */
  scheduleFirings(name: string, options?: { readonly limit?: number }): Promise<readonly FiringDocument[]>;
  /** Its runs stay. */
  unschedule(name: string): Promise<void>;
  /** Nothing is started until it is resumed. Asking twice is harmless, here and below. */
  pauseSchedule(name: string, options?: ScheduleChangeOptions): Promise<void>;
  /** Goes on with the next due time; those that passed meanwhile are not made up. */
  resumeSchedule(name: string): Promise<void>;
  /** Starts a run of it now, paused or not, whatever the last one does. The due times stay. */
  fireSchedule(name: string, options?: ScheduleChangeOptions): Promise<StartedRun>;
  /** Every published workflow, by name. */
  workflows(): Promise<readonly WorkflowDocument[]>;
  /** What a start by this name would use. Throws `workflow_not_found`. */
  workflow(name: string): Promise<PublishedDocument>;
  /**
   * Limits a workflow from now on, whatever its definition and its starts say, and replaces what was set before. Runs that
   * there is room for now go on at once; runs that are worked on are left alone. Throws `invalid_usage`.
   */
  setLimit(workflow: string, options: LimitOptions): Promise<void>;
  /** What definitions and starts say counts again. False when nothing was set. */
  removeLimit(workflow: string): Promise<boolean>;
  /** What is set, and every limit in use with the runs that are worked on and that wait. */
  limits(options?: LimitListOptions): Promise<LimitPage>;
  fleet(): Promise<FleetDocument>;
  /** Runs by status, gates, the outbox and how old the oldest is: what metrics are made of. Some round trips, whatever there is. */
  counts(): Promise<FleetCountsDocument>;
  /**
   * What workflows used, day by day: money, turns, tokens, time of work, and how many runs ended how. Each run counts for its
   * own workflow when it spends, open runs too, for 400 days however soon runs leave. Throws `invalid_usage`.
   */
  usage(options?: UsageOptions): Promise<UsageDocument>;
  /** How many workers a pool should have, and why. Default pool: `default`. Throws `invalid_usage` for what is no pool's name. */
  scaling(pool?: string): Promise<ScalingDocument>;
  /**
   * Sets how a pool is scaled, for everybody who asks from now on; what is absent is the default, `null` takes it back. False when
   * there was nothing to take back. Throws `invalid_usage`.
   */
  setScaling(pool: string, policy: ScalingPolicyInput | null): Promise<boolean>;
  /** Settings of the fleet's Redis that would lose or block work. */
  examineRedis(): Promise<readonly RedisFinding[]>;
  /** Ends all connections and every wait; afterwards nothing keeps the process alive. Harmless when called twice. */
  close(): Promise<void>;
}
