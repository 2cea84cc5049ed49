/**
 * The seam to dispatch: what worker and client need of a queue. It has an implementation on BullMQ and a twin in memory;
 * one conformance suite runs against both. No implementation lives here.
 */
import type { RunStatus } from "./status.js";
import type { StopSignal } from "./stop-signal.js";

export interface QueueJob {
  readonly runId: string;
  readonly workflow: string;
  readonly label?: string;
  readonly pool: string;
  readonly delayMs?: number;
  /** Among fresh root runs: smaller first, absent before all. */
  readonly priority?: number;
  readonly parentRunId?: string;
  /** Absent = the job's own. */
  readonly parentPool?: string;
  /** 0 or absent = a root run. Fresh children go before fresh root runs, the deepest first. */
  readonly depth?: number;
  /** A worker has had this run in hand: it goes before all that are fresh. */
  readonly hasBegun?: boolean;
  /** The caller has just created the run, so its job is not there yet. */
  readonly isNew?: boolean;
}

/** What became of a job that a worker took. */
export type Disposition =
  /** Nobody works on the run until `until` (epoch ms) or a wake. `stillParked` is asked after the job was moved. */
  | { readonly type: "parked"; readonly until?: number; readonly stillParked: () => Promise<boolean> }
  /** Somebody else holds the run; look again later. */
  | { readonly type: "busy"; readonly retryAfterMs: number }
  /** Goes on at once, here or elsewhere. */
  | { readonly type: "yielded" }
  /** `isGone`: there is no such run, so its job is not kept. */
  | { readonly type: "ended"; readonly status: RunStatus; readonly error?: string; readonly isGone?: true };

/** What is to be done in a pool, counted in one round trip. */
export interface PoolBacklog {
  /** Runs a worker could take now. */
  readonly ready: number;
  /** Runs that wait for a person, a child or a time, without a slot. */
  readonly waiting: number;
  /** Those of them that become ready by the time that was asked for. */
  readonly dueSoon: number;
  readonly active: number;
  /** Those that a worker takes next: of the runs that have begun and of the fresh ones the first; none, one or two. */
  readonly next: readonly string[];
  /** Somebody paused the pool: no worker takes anything. */
  readonly isPaused?: true;
}

/** `ended`: the run has a job and it is completed; see `revive`. */
export type WakeReply = "woken" | "not_parked" | "ended" | "missing";

/**
 * Wake-ups, not truth. A duplicate or late wake-up is harmless. One job per run, named after the workflow. A run that was
 * taken once has begun: from then on its job goes before every fresh one, however it comes back.
 */
export interface RunQueue {
  /** Adding the same run again does nothing. */
  add(job: QueueJob): Promise<void>;
  /**
   * Hands out a job that is parked, or that has failed: its run may have been retried. With `withinMs` a parked job is
   * handed out that much later at the latest, so that what comes meanwhile needs no wake-up of its own.
   */
  wake(runId: string, pool: string, options?: { readonly withinMs?: number }): Promise<WakeReply>;
  /**
   * Hands out the job of a run again that was completed, for a run that has not: a failover can forget the end of a run whose
   * job is completed afterwards. Does nothing to any other job.
   */
  revive(runId: string, pool: string): Promise<void>;
  /** Takes the job of a run out that ended before a worker took it. Does nothing to a job that a worker has in hand. */
  remove(runId: string, pool: string): Promise<void>;
  consume(options: ConsumeOptions): Promise<Consumer>;
  /** `dueBefore`: epoch ms of the fleet. Reads no job, and of each list at most its ends. */
  backlog(pool: string, options: { readonly dueBefore: number }): Promise<PoolBacklog>;
  counts(
    pool: string,
  ): Promise<Readonly<Record<"waiting" | "active" | "delayed" | "completed" | "failed", number>>>;
  close(): Promise<void>;
}

export interface ConsumeOptions {
  readonly pool: string;
  readonly concurrency: number;
  readonly handle: (job: { readonly runId: string; readonly signal: StopSignal }) => Promise<Disposition>;
  readonly onError: (error: Error) => void;
}

export interface Consumer {
  /** Takes no new jobs. */
  pause(): Promise<void>;
  /** Waits for the jobs in hand, then frees all resources. */
  close(): Promise<void>;
}
