/**
 * The seam to what is remembered: what worker and client need of a store. It has an implementation on Redis and a twin
 * in memory; one conformance suite runs against both. No implementation lives here.
 */
import type { Address } from "./address.js";
import type { OutboxCommand } from "./command.js";
import type { InboxEvent, SentEvent } from "./event.js";
import type { Fact, HistoryEvent } from "./fact.js";
import type { Failure } from "./outcome.js";
import type { BlockedOn, OpenGate, RunInfo, RunRecord } from "./run.js";
import type { SinkFeed } from "./sink-feed.js";
import type { PartChanges, StepRecord } from "./state.js";
import type { RunStatus } from "./status.js";
import type { StopSignal } from "./stop-signal.js";
import type { Totals } from "./usage.js";
import type { WorkerPresence } from "./worker-presence.js";

/** The pair every write of a worker is checked against. A former owner's pair changes nothing. */
export interface Fence {
  readonly runId: string;
  /** Fencing token: only grows, never below the server's clock in milliseconds at its takeover. */
  readonly generation: number;
  readonly nonce: string;
}

export interface InboxEntry {
  /** Number of the entry within its run; consumed in order. */
  readonly seq: number;
  readonly event: InboxEvent;
}

/** Work that must happen outside the store, kept until it is confirmed. Performing one twice is harmless. */
export type OutboxEntry = { readonly id: string; readonly runId: string } & (
  | { readonly type: "enqueue"; readonly delayMs?: number }
  | { readonly type: "wake"; readonly targetId: string; readonly pool: string }
  | { readonly type: "command"; readonly command: OutboxCommand }
  /** The run has ended without ending its children. */
  | { readonly type: "cancelChildren"; readonly reason: string }
);

export interface NewRun extends RunInfo {
  /**
   * Outbox entry that asked for this run; forgotten with the same write, whatever is answered. When it is not there, and
   * neither is the run, nobody has asked in this history of the store: `parent_gone`.
   */
  readonly confirms?: string;
  /** Same key, workflow and inputs → the run that exists; other inputs → conflict. */
  readonly idempotencyKey?: string;
  /** At most `delayMsMax`. */
  readonly delayMs?: number;
}

export type CreateReply =
  | { readonly tag: "created"; readonly id: string; readonly outboxId: string }
  | { readonly tag: "exists"; readonly id: string; readonly status: RunStatus }
  | { readonly tag: "conflict"; readonly id: string }
  /** The parent has ended, or is gone, or has not asked: nobody waits for this child. Nothing was written. */
  | { readonly tag: "parent_gone" };

export interface Activation {
  readonly fence: Fence;
  readonly run: RunRecord;
  /** State by part name; empty on the first activation. */
  readonly parts: Readonly<Record<string, string>>;
  readonly inbox: readonly InboxEntry[];
  /** True when the owner before never released the run. */
  readonly tookOver: boolean;
}

export type ActivateReply =
  | { readonly tag: "activated"; readonly activation: Activation }
  | { readonly tag: "lost" }
  | { readonly tag: "ended"; readonly status: RunStatus }
  | { readonly tag: "not_found" }
  | { readonly tag: "crash_loop"; readonly recoveries: number }
  /** More takeovers without progress than this worker admits now; nothing was written. */
  | { readonly tag: "suspect"; readonly recoveries: number };

/** One decision made durable. `commitId` is unique per run; a repeat answers `duplicate`. */
export interface Commit {
  readonly fence: Fence;
  readonly commitId: string;
  /** Id of this owner's commit before, on which this one builds. Not the newest stored (a failover) = `fenced`. */
  readonly after?: string;
  readonly parts: PartChanges;
  readonly steps: readonly StepRecord[];
  readonly facts: readonly Fact[];
  readonly outbox: readonly OutboxEntry[];
  /** Inbox entries up to this number are consumed by this commit; 0 = none. */
  readonly inboxSeen: number;
  readonly status: RunStatus;
  readonly totals: Totals;
  readonly gatesOpened: readonly OpenGate[];
  readonly gatesClosed: readonly Address[];
  /** Outbox entries performed since the last commit. */
  readonly outboxDone: readonly string[];
}

export interface CancelOrder extends Omit<CancelRequest, "at"> {
  readonly runId: string;
  readonly confirms?: string;
}

export interface CancelRequest {
  readonly reason: string;
  readonly by: string;
  readonly at: number;
}

export type CommitReply =
  | {
      readonly tag: "ok" | "duplicate";
      readonly inbox: readonly InboxEntry[];
      readonly cancel?: CancelRequest;
    }
  | { readonly tag: "fenced" };

/** Park = a last commit, and nobody owns the run. Refused with `wake_now` when unread events lie in the inbox. */
export interface Park extends Commit {
  readonly blockedOn: readonly BlockedOn[];
  /** Earliest deadline, epoch ms; absent = only an event wakes the run. */
  readonly until?: number;
}

export type ParkReply =
  | { readonly tag: "parked" }
  /** The commit part was written, the run is still owned. */
  | { readonly tag: "wake_now"; readonly inbox: readonly InboxEntry[] }
  | { readonly tag: "fenced" };

/** Yield = a last commit, nobody owns the run, and it wants to go on elsewhere at once. */
export type YieldReply = { readonly tag: "yielded" } | { readonly tag: "fenced" };

export interface Finish extends Commit {
  readonly status: "completed" | "failed" | "cancelled";
  readonly error?: Failure;
  readonly summary: string;
  /** Told to the parent in the same script. */
  readonly parentEvent?: { readonly parentId: string; readonly event: InboxEvent };
  /** How long the ended run is kept. */
  readonly retentionMs: number;
}

export type FinishReply = { readonly tag: "finished" | "duplicate" } | { readonly tag: "fenced" };

export type HeartbeatReply =
  | { readonly tag: "ok"; readonly cancel?: CancelRequest; readonly inboxWaiting: boolean }
  | { readonly tag: "fenced" };

export type AppendReply =
  | { readonly tag: "appended"; readonly status: RunStatus; readonly pool: string }
  | { readonly tag: "duplicate" }
  | { readonly tag: "ended"; readonly status: RunStatus }
  | { readonly tag: "full" }
  | { readonly tag: "not_found" };

export interface GateAnswer {
  readonly runId: string;
  /** Address or name of the gate; absent = the only open one. */
  readonly gate?: string;
  readonly verdict: "approved" | "rejected";
  readonly by: string;
  readonly feedback?: string;
  readonly selections?: readonly string[];
}

export type AnswerReply =
  | { readonly tag: "accepted"; readonly address: Address; readonly pool: string }
  | { readonly tag: "answered"; readonly by: string; readonly verdict: string; readonly at: number }
  | { readonly tag: "not_open" }
  | { readonly tag: "late"; readonly deadline: number }
  | { readonly tag: "ended"; readonly status: RunStatus }
  | { readonly tag: "not_found" };

export type TerminateReply =
  | { readonly tag: "terminated"; readonly pool: string }
  | { readonly tag: "ended"; readonly status: RunStatus }
  | { readonly tag: "not_found" };

export type RetryReply =
  | { readonly tag: "retried"; readonly status: RunStatus; readonly pool: string }
  | { readonly tag: "not_failed"; readonly status: RunStatus }
  | { readonly tag: "not_found" };

export type CancelReply =
  | { readonly tag: "requested"; readonly status: RunStatus; readonly pool: string }
  | { readonly tag: "already"; readonly cancel: CancelRequest }
  | { readonly tag: "ended"; readonly status: RunStatus }
  | { readonly tag: "not_found" };

export interface Page<T> {
  readonly rows: readonly T[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

export interface ListFilter {
  readonly status?: RunStatus;
  readonly workflow?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface PublishedWorkflow {
  readonly name: string;
  readonly hash: string;
  readonly publishedAt: number;
}

/** What is remembered. Every method is one script or one bounded read; replies are data, broken Redis throws `redis_unavailable`. */
export interface RunStore extends SinkFeed {
  createRun(run: NewRun): Promise<CreateReply>;
  activate(request: {
    runId: string;
    leaseToken: string;
    owner: string;
    recoveriesMax: number;
    /** A run that was taken over more often without progress answers `suspect`; absent = `recoveriesMax`. */
    recoveriesAdmitted?: number;
  }): Promise<ActivateReply>;
  commit(commit: Commit): Promise<CommitReply>;
  park(park: Park): Promise<ParkReply>;
  release(commit: Commit): Promise<YieldReply>;
  finish(finish: Finish): Promise<FinishReply>;
  /** Ends a run that no worker may continue (crash loop), fenced by the lease token alone. */
  failUnowned(request: {
    runId: string;
    leaseToken: string;
    error: Failure;
    retentionMs: number;
  }): Promise<FinishReply>;
  heartbeat(fence: Fence): Promise<HeartbeatReply>;

  /**
   * Without a time of its own the event gets the store's. `confirms` = outbox entry that asked for it, forgotten unless
   * the inbox is full. Not there = `duplicate`.
   */
  appendEvent(request: {
    runId: string;
    event: SentEvent;
    dedupeId?: string;
    confirms?: string;
  }): Promise<AppendReply>;
  answerGate(answer: GateAnswer): Promise<AnswerReply>;
  /** `confirms` = outbox entry that asked for it; forgotten with the same write unless there is no such run. */
  requestCancel(request: CancelOrder): Promise<CancelReply>;
  /** Ends a run as cancelled at once; its owner is refused from now on, and nothing of it is executed any more. */
  terminateRun(request: { runId: string; by: string }): Promise<TerminateReply>;
  /** Opens a failed run again, with all it has. */
  retryRun(request: { runId: string; by: string }): Promise<RetryReply>;
  inboxWaiting(runId: string): Promise<boolean>;
  /** When a run that nobody owns wants to be looked at, epoch ms. */
  dueAt(runId: string): Promise<number | undefined>;

  readRun(runId: string): Promise<RunRecord | undefined>;
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
