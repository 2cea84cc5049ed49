/** The part of the store's seam that anybody may call: starting a run, and telling it something from outside. */
import type { Address } from "./address.js";
import type { SentEvent } from "./event.js";
import type { KeptStep } from "./kept-step.js";
import type { Granting } from "./limits-port.js";
import type { GivenResult } from "./outcome.js";
import type { RunInfo } from "./run.js";
import type { SealedInputs } from "./secrets.js";
import type { RunStatus } from "./status.js";
import type { CancelRequest } from "./worker-writes.js";

export interface NewRun extends RunInfo {
  /** Values of the inputs that `secretInputs` names. */
  readonly sealed?: SealedInputs;
  /**
   * Outbox entry that asked for this run; forgotten with the same write, whatever is answered. When it is not there, and
   * neither is the run, nobody has asked in this history of the store: `parent_gone`.
   */
  readonly confirms?: string;
  /** Same key, workflow and inputs → the run that exists or existed; other inputs → conflict. */
  readonly idempotencyKey?: string;
  /** Only as long as its version is the newest that is published under the name of its workflow; else `stale`. */
  readonly newestOnly?: true;
  /**
   * Its job is sent to the queue together with it, so only when nothing is set for its workflow that could make it wait; else
   * `limited`. Its id was never used before.
   */
  readonly withJob?: true;
  /** At most `delayMsMax`. */
  readonly delayMs?: number;
  /** Only of a fork, by address: how the steps ended that it does not execute again. */
  readonly kept?: Readonly<Record<Address, KeptStep>>;
}

export type CreateReply =
  /**
   * Whoever created it puts it into the queue; a sweeper does when he dies before. One that is in line for a permit is not queued.
   * A start that raises a limit lets others in.
   */
  | ({
      readonly tag: "created";
      readonly id: string;
      readonly isInLine?: true;
      readonly delayMs?: number;
    } & Granting)
  /** Answered only to who asks for it, see `NewRun`. Nothing was written. */
  | { readonly tag: "stale" | "limited" }
  /** Starts of its rate are taken up to the longest delay. Nothing was written. */
  | { readonly tag: "rate_full" }
  /** `expired`: the run has ended and is no longer kept; its idempotency key still is. */
  | { readonly tag: "exists"; readonly id: string; readonly status: RunStatus | "expired" }
  | { readonly tag: "conflict"; readonly id: string }
  /** The parent has ended, or is gone, or has not asked: nobody waits for this child. Nothing was written. */
  | { readonly tag: "parent_gone" };

export interface CancelOrder extends Omit<CancelRequest, "at"> {
  readonly runId: string;
  readonly confirms?: string;
}

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
  readonly result?: GivenResult;
}

export type AnswerReply =
  | { readonly tag: "accepted"; readonly address: Address; readonly pool: string }
  | { readonly tag: "answered"; readonly by: string; readonly verdict: string; readonly at: number }
  | { readonly tag: "not_open" }
  | { readonly tag: "late"; readonly deadline: number }
  | { readonly tag: "ended"; readonly status: RunStatus }
  | { readonly tag: "not_found" };

export type TerminateReply =
  | ({ readonly tag: "terminated"; readonly pool: string } & Granting)
  | { readonly tag: "ended"; readonly status: RunStatus }
  | { readonly tag: "not_found" };

export type RetryReply =
  | { readonly tag: "retried"; readonly status: RunStatus; readonly pool: string }
  | { readonly tag: "not_failed"; readonly status: RunStatus }
  | { readonly tag: "not_found" };

export type CancelReply =
  /** No worker has ever taken the run: it has ended. Its job is to be removed, and its parent, which was told, to be woken. */
  | ({
      readonly tag: "cancelled";
      readonly pool: string;
      readonly parent?: { readonly id: string; readonly pool: string };
    } & Granting)
  | ({ readonly tag: "requested"; readonly status: RunStatus; readonly pool: string } & Granting)
  | { readonly tag: "already"; readonly cancel: CancelRequest }
  | { readonly tag: "ended"; readonly status: RunStatus }
  | { readonly tag: "not_found" };

/** What anybody may write, owner or not. */
export interface OutsideWrites {
  createRun(run: NewRun): Promise<CreateReply>;

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
}
