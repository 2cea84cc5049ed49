/** What callers may say to each call of the producer SDK. Only shapes, no behaviour. */

import type {
  CatchUpMode,
  Concurrency,
  Definition,
  GivenResult,
  OverlapPolicy,
  Rate,
  RunStatus,
  StopSignal,
} from "@runfleet/model";
import type { ManyDocument } from "./client-documents.js";

/** Undefined is the same as absent, so that a variable of the environment can be handed on. */
export interface ClientOptions {
  /**
   * `redis://` or `rediss://` address, or a cluster's: `redis-cluster://`, `rediss-cluster://`; of a fleet with partitions one for
   * all or one each, between spaces. Default: `REDIS_URL`, else `redis://127.0.0.1:6379`.
   */
  readonly redis?: string | undefined;
  /** Keeps fleets on one Redis apart. Default: `RUNFLEET_NAMESPACE`, else `rf`. */
  readonly namespace?: string | undefined;
  /**
   * Into how many partitions the namespace is divided; the same for everybody in the fleet. Default: `RUNFLEET_PARTITIONS`, else as
   * many as addresses.
   */
  readonly partitions?: number | undefined;
  /**
   * Keys for secret inputs, `id:base64 of 32 bytes` between commas: the first encrypts, all decrypt. Default:
   * `RUNFLEET_SECRET_KEYS`, else none: secrets are masked in everything that is read, and lie in Redis as they are.
   */
  readonly secretKeys?: string | undefined;
  /** Who answers gates and cancels, as it is recorded. Default `client`. */
  readonly actor?: string | undefined;
  /**
   * Gets one line when a change was made but its wake-up could not be delivered. Nothing is lost then: a worker
   * delivers it within seconds. Default: silence.
   */
  readonly log?: (line: string) => void;
}

/** A value as people write it; kept as text, `true` becomes "true". */
export type InputValue = string | number | boolean;
export type InputValues = Readonly<Record<string, InputValue>>;

export interface StartOptions {
  readonly inputs?: InputValues;
  /** Free text that people recognise the run by. */
  readonly label?: string;
  /**
   * The same key with the same workflow and inputs gives the run that exists; with others `idempotency_conflict`. Remembered
   * for 30 days from the first start, also when the run is gone.
   */
  readonly idempotencyKey?: string;
  /** 1 (first) to 2,097,151 (last); absent goes before all of them. Orders runs that have not begun. */
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
  /** Worker pool that takes the run. Default: the one the workflow names, else `default`. */
  readonly pool?: string;
  readonly model?: string;
  /** Default of `as`. */
  readonly identity?: string;
  readonly pluginDirs?: readonly string[];
  /** Says that a hook started the run, so that what it does need not start further hooks. Children are not marked. */
  readonly triggeredByHook?: boolean;
  /**
   * How many runs are worked on at once, instead of what the workflow says. `{{name}}` in the key is an input. The newest
   * start decides for all runs of its key, or of the workflow.
   */
  readonly concurrency?: Concurrency;
  /** How fast runs start, instead of what the workflow says; a run that comes too soon is delayed. */
  readonly rate?: Rate;
}

/** Of a workflow while it is in use. At least one; what is absent is as definitions and starts say. */
export interface LimitOptions {
  /** Runs of the workflow that are worked on at once; 0 lets none begin or go on. */
  readonly concurrency?: number;
  /** The same of each value of the key. */
  readonly perKey?: number;
  /** `limit` starts in each `perMs`, `burst` (default 1) of them at once; of each value of the key if the workflow's rate has one. */
  readonly rate?: { readonly limit: number; readonly perMs: number; readonly burst?: number };
}

export interface LimitListOptions {
  /** 1 to 500; default 500. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface StartDefinitionOptions extends StartOptions {
  /** Workflows that the started one calls; published together with it. */
  readonly alongside?: readonly (Definition | WorkflowSource)[];
}

export interface RerunOptions {
  /** Inputs that shall be others than those of the run. */
  readonly inputs?: InputValues;
  /** The version that is published now instead of the one the run had. Default false. */
  readonly latest?: boolean;
  /** Default: the label of the run. */
  readonly label?: string;
  /** As at a start: the same key gives the run that exists. */
  readonly idempotencyKey?: string;
}

export interface ForkOptions extends Omit<RerunOptions, "latest"> {
  /** Address or name of the first step that is executed again; everything before it is kept. */
  readonly from: string;
}

/** One start of many: a published workflow and what `start` takes. */
export interface StartEntry extends StartOptions {
  readonly workflow: string;
}

export interface StartManyOptions {
  /** Told after each hundred how many entries have been written or refused. */
  readonly onProgress?: (done: number) => void;
}

/** Workflow text; `file` is what diagnostics call it. */
export interface WorkflowSource {
  readonly source: string;
  readonly file?: string;
}

/** One of `cron` and `everyMs` says when runs are due. */
export interface ScheduleOptions {
  /** Name of a published workflow; each run is one of the version that is published then. */
  readonly workflow: string;
  /** `minute hour day month weekday`, or six fields with seconds in front. Names, ranges, steps and `L`, `W`, `#` are understood. */
  readonly cron?: string;
  /** An interval of at least a second, counted from `startAt` (without one: from 1970-01-01 UTC). */
  readonly everyMs?: number;
  /** IANA name, for example `Europe/Berlin`; the cron expression is read in it. Default `UTC`. */
  readonly timezone?: string;
  readonly inputs?: InputValues;
  /**
   * At a due time while the last run of the schedule has not ended: `skip` (default) starts none, `allow` one beside it,
   * `cancel` cancels it and starts one.
   */
  readonly overlap?: OverlapPolicy;
  /** A due time at which no worker was there is made up when it is not older than this. Default 60,000. */
  readonly catchUpMs?: number;
  /** Which of those: `all` (default; the newest 100), or the `latest` only. */
  readonly catchUp?: CatchUpMode;
  /** No due time before or after; both included. ISO 8601 with a zone. */
  readonly startAt?: string | Date;
  readonly endAt?: string | Date;
  /** Of the runs, as in `StartOptions`. */
  readonly label?: string;
  readonly priority?: number;
  readonly pool?: string;
}

export interface ScheduleListOptions {
  /** 1 to 500; default 50. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface ScheduleChangeOptions {
  /** Default: the client's actor. */
  readonly by?: string;
}

export interface ListOptions {
  readonly status?: RunStatus;
  readonly workflow?: string;
  /** Only children of this run. */
  readonly parent?: string;
  /** Only runs that no other run has started. Not together with `parent`. */
  readonly roots?: boolean;
  /** Only root runs with exactly this label; children have their root's. Not together with `parent`. */
  readonly label?: string;
  /**
   * Only root runs whose label begins so, the last label in the order of bytes first, of one label the newest run first.
   * Not together with `label` or `parent`.
   */
  readonly labelPrefix?: string;
  /** Only the run that was started with this key. */
  readonly idempotencyKey?: string;
  /** 1 to 500; default 50. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface UsageOptions {
  /** Only this workflow. */
  readonly workflow?: string;
  /** First and last day, `2026-11-30`, in UTC; at most 400 days. Default: the last 30 days, today included. */
  readonly from?: string;
  readonly to?: string;
  /** What a row stands for: one workflow on one day, one day, or one workflow. Default "both". */
  readonly by?: "both" | "day" | "workflow";
  /** Workflows that get rows of their own, the most expensive ones; the others share rows. 1 to 250; default 20. */
  readonly top?: number;
}

export interface GateListOptions {
  readonly runId?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface AnswerOptions {
  readonly feedback?: string;
  /** The gate of a step in doubt wants exactly one of `retry`, `done`, `fail`. */
  readonly selections?: readonly string[];
  /** Only for the gate of a step in doubt: what the step had as its result. Means the selection `done`. */
  readonly result?: GivenResult;
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

/** Which runs a change of many is for. At least one member; `all` says that none is meant. */
export interface RunFilter {
  readonly workflow?: string;
  /** Default: every status the change is for (open runs for cancel, failed ones for retry). */
  readonly status?: RunStatus;
  /** Exactly this label, or how it begins. */
  readonly label?: string;
  readonly labelPrefix?: string;
  /** Created at least this long ago. */
  readonly olderThanMs?: number;
  /** Exactly these runs, at most 500, children too; those in another status are left alone. */
  readonly ids?: readonly string[];
  readonly all?: boolean;
}

export interface ManyOptions {
  /** Only counts and shows what is chosen. */
  readonly dryRun?: boolean;
  /** Runs to choose at most. Default: no limit. */
  readonly limit?: number;
  /** Pages of at most 100 runs to look at; then the answer has a cursor. Default: all. */
  readonly pages?: number;
  /** Of an answer to the same filter: goes on there. */
  readonly cursor?: string;
  /** Runs that are changed per second, 1 to 1,000; default 100. */
  readonly perSecond?: number;
  readonly by?: string;
  /** Told after every run how far it is. */
  readonly onProgress?: (progress: ManyDocument) => void;
  /** Ends the walk before the next run. */
  readonly signal?: StopSignal;
}

export interface CancelManyOptions extends ManyOptions {
  readonly reason?: string;
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
