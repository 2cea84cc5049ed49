/** The part of the store's seam that belongs to the owner of a run: taking it, writing it, giving it away. */
import type { Address } from "./address.js";
import type { OutboxCommand } from "./command.js";
import type { InboxEvent } from "./event.js";
import type { Fact } from "./fact.js";
import type { Granting } from "./limits-port.js";
import type { Failure } from "./outcome.js";
import type { BlockedOn, OpenGate, RunRecord } from "./run.js";
import type { LogPiece } from "./run-log.js";
import type { SealedInputs } from "./secrets.js";
import type { PartChanges, StepRecord } from "./state.js";
import type { RunStatus } from "./status.js";
import type { Totals, Usage } from "./usage.js";

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

export interface Activation {
  readonly fence: Fence;
  readonly run: RunRecord;
  /** Values of the run's secret inputs; absent when it has none. */
  readonly sealed?: SealedInputs;
  /** State by part name; empty on the first activation. */
  readonly parts: Readonly<Record<string, string>>;
  readonly inbox: readonly InboxEntry[];
  /** True when the owner before never released the run. */
  readonly tookOver: boolean;
  /**
   * Since when it had wanted to be looked at, epoch ms of the store. Absent after a takeover, and when a sweeper had told it
   * already. For people only.
   */
  readonly wantedSince?: number;
}

export type ActivateReply =
  | { readonly tag: "activated"; readonly activation: Activation }
  | { readonly tag: "lost" }
  /** Somebody else has the lease; nothing was written. */
  | { readonly tag: "busy"; readonly retryAfterMs: number }
  | { readonly tag: "ended"; readonly status: RunStatus }
  | { readonly tag: "not_found" }
  | { readonly tag: "crash_loop"; readonly recoveries: number }
  /** More takeovers without progress than this worker admits now; nothing was written. */
  | { readonly tag: "suspect"; readonly recoveries: number }
  /** It waits in line for a permit; whoever gives it one puts it into the timers and wakes it. */
  | { readonly tag: "limited" };

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
  /** Counted with this write for the run's workflow on this day of the store's clock; the run's own, not its children's. */
  readonly usage?: Usage;
  readonly gatesOpened: readonly OpenGate[];
  readonly gatesClosed: readonly Address[];
  /** Outbox entries performed since the last commit. */
  readonly outboxDone: readonly string[];
  /** What steps have said since the last write of the log; absent = nothing. */
  readonly log?: readonly LogPiece[];
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
  /** Unread events below which the end of a completed child need not wake the run at once; absent = it always does. */
  readonly patience?: number;
}

export type ParkReply =
  | ({ readonly tag: "parked" } & Granting)
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

export type FinishReply =
  /** `parentWake`: the parent must be woken, or may wait for more children for a moment; absent = it reads its inbox anyway. */
  | ({ readonly tag: "finished"; readonly parentWake?: "now" | "soon" } & Granting)
  | { readonly tag: "duplicate" }
  | { readonly tag: "fenced" };

export type HeartbeatReply =
  | { readonly tag: "ok"; readonly cancel?: CancelRequest; readonly inboxWaiting: boolean }
  | { readonly tag: "fenced" };

/**
 * What a worker writes. A lease that lies where the run does goes back with the write after which nobody owns the run. Every
 * method but `activate` and `failUnowned` is checked against the fence.
 */
export interface WorkerWrites {
  activate(request: {
    runId: string;
    leaseToken: string;
    /**
     * Takes the lease with the run, unless it is held already. Nothing but `activated` and `crash_loop` leaves it taken. Absent =
     * it must be held.
     */
    leaseTtlMs?: number;
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
  /** Between two commits. Said twice when a repeat follows an answer that was lost. */
  writeLog(request: {
    readonly fence: Fence;
    readonly pieces: readonly LogPiece[];
  }): Promise<{ readonly tag: "written" | "fenced" }>;
}
