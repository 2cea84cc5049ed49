/**
 * The contract of the producer SDK: everything a program can ask of a fleet. Only shapes, no behaviour.
 * Every method rejects with a `RunfleetError`; `redis_unavailable` comes quickly, never after a long wait.
 */
import type {
  Definition,
  Explanation,
  HistoryEvent,
  RunDocument,
  RunStatus,
  StopSignal,
} from "@runfleet/model";
import type { RedisFinding } from "@runfleet/store";

export interface ClientOptions {
  /** `redis://` or `rediss://` address. Default: `REDIS_URL`, else `redis://127.0.0.1:6379`. */
  readonly redis?: string;
  /** Keeps fleets on one Redis apart. Default: `RUNFLEET_NAMESPACE`, else `rf`. */
  readonly namespace?: string;
  /** Who answers gates and cancels, as it is recorded. Default `client`. */
  readonly actor?: string;
  /**
   * Gets one line when a change was made but its wake-up could not be delivered. Nothing is lost then: a worker
   * delivers it within seconds. Default: silence.
   */
  readonly log?: (line: string) => void;
}

/** Values as people write them; kept as text, `true` becomes "true". */
export type InputValues = Readonly<Record<string, string | number | boolean>>;

export interface StartOptions {
  readonly inputs?: InputValues;
  /** Free text that people recognise the run by. */
  readonly label?: string;
  /** The same key with the same workflow and inputs gives the run that exists; with others `idempotency_conflict`. */
  readonly idempotencyKey?: string;
  /** 1 (first) to 2,097,151 (last); absent goes before all of them. */
  readonly priority?: number;
  /** The run becomes ready this much later. */
  readonly delayMs?: number;
  readonly dryRun?: boolean;
  /** Of the whole run; default: the workflow's own. */
  readonly timeoutMs?: number;
  /** Of each attempt of each step; default 12 hours. */
  readonly stepTimeoutMs?: number;
  /** False goes on with the next node after a failed step; the run still fails at its end. Default true. */
  readonly failFast?: boolean;
  /** Worker pool that takes the run. Default `default`. */
  readonly pool?: string;
  readonly model?: string;
  /** Default of `as`. */
  readonly identity?: string;
  readonly pluginDirs?: readonly string[];
  /** Says that a hook started the run, so that what it does need not start further hooks. Children are not marked. */
  readonly triggeredByHook?: boolean;
}

export interface StartDefinitionOptions extends StartOptions {
  /** Workflows that the started one calls; published together with it. */
  readonly alongside?: readonly (Definition | WorkflowSource)[];
}

/** Workflow text; `file` is what diagnostics call it. */
export interface WorkflowSource {
  readonly source: string;
  readonly file?: string;
}

export interface PublishedVersion {
  readonly name: string;
  /** SHA-256 of the definition's JSON, hexadecimal. */
  readonly hash: string;
}

export interface WorkflowDocument extends PublishedVersion {
  /** ISO 8601. */
  readonly publishedAt: string;
}

/** A run without what belongs to its steps and children, as lists show it. */
export type RunRow = Omit<RunDocument, "steps" | "currentSteps" | "children">;

export interface RunPage {
  readonly runs: readonly RunRow[];
  /** Hand it to the next call; null on the last page. */
  readonly cursor: string | null;
}

export interface ListOptions {
  readonly status?: RunStatus;
  readonly workflow?: string;
  /** 1 to 500; default 50. */
  readonly limit?: number;
  readonly cursor?: string;
}

/** A gate somebody can answer. Times are ISO 8601. */
export interface GateDocument {
  readonly runId: string;
  readonly workflow: string;
  readonly label: string | null;
  readonly address: string;
  readonly name: string;
  readonly gateType: string;
  readonly prompt: string | null;
  /** Value → label of what may be selected; null when nothing can. */
  readonly options: Readonly<Record<string, string>> | null;
  readonly since: string;
  readonly deadline: string;
}

export interface GatePage {
  readonly gates: readonly GateDocument[];
  readonly cursor: string | null;
}

export interface GateListOptions {
  readonly runId?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface AnswerOptions {
  readonly feedback?: string;
  readonly selections?: readonly string[];
  /** Default: the client's actor. */
  readonly by?: string;
}

export interface CancelOptions {
  readonly reason?: string;
  readonly by?: string;
}

export interface RetryOptions {
  readonly by?: string;
}

export interface TerminateOptions {
  readonly by?: string;
}

export interface SignalOptions {
  /** Any JSON value. */
  readonly data?: unknown;
  /** A second signal with the same id is dropped. */
  readonly dedupeId?: string;
}

export interface ResultOptions {
  /** Default: no limit. When it passes, the call rejects with `timeout`; the run goes on. */
  readonly timeoutMs?: number;
  readonly signal?: StopSignal;
}

export interface EventsOptions {
  /** Id of the last event already seen. Default: from the first one kept. */
  readonly after?: string;
  /** "run" waits for more until the run has ended, "history" stops after what is there. Default "run". */
  readonly until?: "run" | "history";
  readonly signal?: StopSignal;
}

export interface WorkerDocument {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  readonly pools: readonly string[];
  readonly slots: number;
  readonly busy: number;
  readonly version: string;
  /** ISO 8601. */
  readonly lastSeen: string;
}

export interface PoolDocument {
  readonly name: string;
  /** Runs a worker could take now. */
  readonly ready: number;
  readonly active: number;
  /** Runs that wait for a person, a child or a time, without a slot. */
  readonly waiting: number;
  /** Null: not measured. */
  readonly oldestReadyMs: number | null;
  /** Replicas wanted and the reason; null: no scaling policy decides. */
  readonly wanted: number | null;
  readonly why: string | null;
}

export interface FleetDocument {
  readonly workers: readonly WorkerDocument[];
  readonly pools: readonly PoolDocument[];
}

/** Why a run is not moving. */
export interface RunExplanation extends Explanation {
  readonly id: string;
  readonly workflow: string;
  readonly status: RunStatus;
  /** The same of the child run it waits for. */
  readonly because: RunExplanation | null;
}

/** One run. Nothing is read until a method is called. */
export interface RunHandle {
  readonly id: string;
  get(): Promise<RunDocument>;
  result(options?: ResultOptions): Promise<RunDocument>;
  events(options?: EventsOptions): AsyncIterableIterator<HistoryEvent>;
  /** `gate` is a name or an address; absent = the only open one. */
  approve(gate?: string, options?: AnswerOptions): Promise<void>;
  reject(gate?: string, options?: AnswerOptions): Promise<void>;
  cancel(options?: CancelOptions): Promise<void>;
  terminate(options?: TerminateOptions): Promise<void>;
  retry(options?: RetryOptions): Promise<void>;
  signal(name: string, options?: SignalOptions): Promise<void>;
}

export interface StartedRun extends RunHandle {
  readonly status: RunStatus;
  /** True when the idempotency key named a run that existed already. */
  readonly isRepeat: boolean;
}

export interface FleetClient {
  /** Throws `workflow_not_found`, `invalid_input`, `too_large`, `idempotency_conflict` before anything is written. */
  start(workflow: string, options?: StartOptions): Promise<StartedRun>;
  /** Publishes the definition and starts exactly this version. Throws `invalid_definition` besides. */
  startDefinition(
    workflow: Definition | WorkflowSource,
    options?: StartDefinitionOptions,
  ): Promise<StartedRun>;
  /** All or nothing: with one invalid definition nothing is published. Details of the error hold `diagnostics`. */
  publish(workflows: readonly (Definition | WorkflowSource)[]): Promise<readonly PublishedVersion[]>;
  /** A handle on a run that may or may not exist. */
  run(runId: string): RunHandle;
  /** The document of `show --json`. Throws `run_not_found`. */
  get(runId: string): Promise<RunDocument>;
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
  /** First answer wins. Throws `gate_answered`, `gate_not_found`, `run_ended`, `run_not_found`. */
  approve(runId: string, gate?: string, options?: AnswerOptions): Promise<void>;
  reject(runId: string, gate?: string, options?: AnswerOptions): Promise<void>;
  signal(runId: string, name: string, options?: SignalOptions): Promise<void>;
  /** Waits until the run has ended, however it ends. */
  result(runId: string, options?: ResultOptions): Promise<RunDocument>;
  /** The run's history in order, then what happens, until the run has ended. */
  events(runId: string, options?: EventsOptions): AsyncIterableIterator<HistoryEvent>;
  gates(options?: GateListOptions): Promise<GatePage>;
  /** Every published workflow, by name. */
  workflows(): Promise<readonly WorkflowDocument[]>;
  fleet(): Promise<FleetDocument>;
  /** Settings of the fleet's Redis that would lose or block work. */
  examineRedis(): Promise<readonly RedisFinding[]>;
  /** Ends all connections and every wait; afterwards nothing keeps the process alive. Harmless when called twice. */
  close(): Promise<void>;
}
