/**
 * The seam to what is remembered: what worker and client need of a store. It has an implementation on Redis and a twin
 * in memory; one conformance suite runs against both. No implementation lives here.
 */
import type { HistoryEvent } from "./fact.js";
import type { FleetCounting } from "./fleet-counts-port.js";
import type { ItemClaims } from "./item-claims.js";
import type { LimitWrites } from "./limits-port.js";
import type { OutsideWrites } from "./outside-writes.js";
import type { OpenGate, RunRecord } from "./run.js";
import type { LogLine, LogRequest } from "./run-log.js";
import type { RunRetention } from "./run-retention.js";
import type { ScalingStore } from "./scaling-port.js";
import type { ScheduleStore } from "./schedule-port.js";
import type { SealedInputs } from "./secrets.js";
import type { SinkFeed } from "./sink-feed.js";
import type { StepRecord } from "./state.js";
import type { RunStatus } from "./status.js";
import type { StopSignal } from "./stop-signal.js";
import type { UsageReads } from "./usage-port.js";
import type { WorkerPresence } from "./worker-presence.js";
import type { OutboxEntry, WorkerWrites } from "./worker-writes.js";

export interface Page<T> {
  readonly rows: readonly T[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

export interface ListFilter {
  readonly status?: RunStatus;
  readonly workflow?: string;
  /** Only children of this run. */
  readonly parentId?: string;
  /** Only runs that no other run has started. */
  readonly roots?: boolean;
  /** Only root runs with exactly this label. Not together with `parentId`, since children have their root's label. */
  readonly label?: string;
  /** Only root runs whose label begins so: the last label in the order of bytes first, of one label the newest run first. */
  readonly labelPrefix?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface PublishedWorkflow {
  readonly name: string;
  readonly hash: string;
  readonly publishedAt: number;
}

/** What is remembered. Every method is one script or one bounded read; replies are data, broken Redis throws `redis_unavailable`. */
export interface RunStore
  extends WorkerWrites,
    OutsideWrites,
    LimitWrites,
    ScheduleStore,
    ScalingStore,
    SinkFeed,
    RunRetention,
    ItemClaims,
    UsageReads,
    FleetCounting {
  inboxWaiting(runId: string): Promise<boolean>;
  /** When a run that nobody owns wants to be looked at, epoch ms. */
  dueAt(runId: string): Promise<number | undefined>;

  readRun(runId: string): Promise<RunRecord | undefined>;
  /** The records of those of these runs that are there; a page of them at most. */
  readRuns(runIds: readonly string[]): Promise<readonly RunRecord[]>;
  /** Values of the run's secret inputs; empty when it has none, or there is no such run. No record has them. */
  readSealed(runId: string): Promise<SealedInputs>;
  /** Everything the engine remembers of the run, by part; empty when there is no such run. */
  readState(runId: string): Promise<Readonly<Record<string, string>>>;
  readSteps(request: { runId: string; limit: number; cursor?: string }): Promise<Page<StepRecord>>;
  readHistory(request: { runId: string; after?: string; limit: number }): Promise<readonly HistoryEvent[]>;
  /** Id of the newest event, or one before every event; a later `followHistory` misses nothing that comes after. */
  newestEventId(runId: string): Promise<string>;
  /** Waits up to `blockMs` for history after `after`. */
  followHistory(request: {
    runId: string;
    after: string;
    blockMs: number;
    signal?: StopSignal;
  }): Promise<readonly HistoryEvent[]>;
  /**
   * Waits up to `waitMs` for the run's end. False when it goes on, or the wait was stopped; true when it has ended or there
   * is no such run.
   */
  awaitEnd(request: { runId: string; waitMs: number; signal?: StopSignal }): Promise<boolean>;
  /**
   * A page of the run's log, oldest first. Read from its beginning it starts with a line that stands for those that are not
   * kept, if there are any. The cursor, and every id of a line, is what `after` takes.
   */
  readLog(request: LogRequest): Promise<Page<LogLine>>;
  listRuns(filter: ListFilter): Promise<Page<RunRecord>>;
  listChildren(request: { runId: string; limit: number; cursor?: string }): Promise<Page<string>>;
  openGates(request: { runId?: string; limit: number; cursor?: string }): Promise<Page<OpenGate>>;

  publish(workflows: readonly { name: string; hash: string; json: string }[]): Promise<void>;
  findWorkflow(name: string): Promise<PublishedWorkflow | undefined>;
  listWorkflows(request: { limit: number; cursor?: string }): Promise<Page<PublishedWorkflow>>;
  readDefinition(hash: string): Promise<string | undefined>;

  outboxDone(ids: readonly string[]): Promise<void>;
  /**
   * Entries older than `olderThanMs`, oldest first. Being told makes an entry as young as a new one, so that entries
   * that cannot be performed never hide the ones behind them.
   */
  outboxPending(request: { olderThanMs: number; limit: number }): Promise<readonly OutboxEntry[]>;
  /**
   * Runs with unread events or a due deadline that nobody owns, or that were yielded: they should have a wake-up.
   * Each is told once per half minute, so that a backlog is gone through in turn.
   */
  wakeable(request: { limit: number }): Promise<readonly string[]>;
  /** Runs whose owner has not been heard of for `silentMs`. */
  silentOwners(request: { silentMs: number; limit: number }): Promise<readonly string[]>;
  /** Answers the store's time, epoch ms: workers count by it what runs wait for. */
  announceWorker(worker: WorkerPresence): Promise<number>;
  withdrawWorker(workerId: string): Promise<void>;
  listWorkers(): Promise<readonly WorkerPresence[]>;

  close(): Promise<void>;
}

/** Told at once when a cancel is requested anywhere; the flag in the store is the truth. */
export interface CancelFeed {
  subscribe(listener: (runId: string) => void): Promise<() => Promise<void>>;
}
