/**
 * The part of the store's seam by which ended runs leave: what is kept is counted per workflow, and whole families are
 * removed, root by root, in bounded steps. Says how, not how much: that is the worker's configuration.
 */
import type { Page } from "./store-port.js";

/** What is kept of the ended runs of one workflow: its roots, each with its whole family. */
export interface KeptRuns {
  readonly workflow: string;
  /** Roots. */
  readonly runs: number;
  /** Of their families together, as Redis measures them (the largest collections by samples). */
  readonly bytes: number;
}

export interface TrimRequest {
  readonly workflow: string;
  readonly countMax: number;
  readonly bytesMax: number;
  /** Families removed at most. */
  readonly limit: number;
  /** A run is removed only when each of these sinks has its events. */
  readonly sinks: readonly string[];
  /** How long that is waited for. */
  readonly sinkWaitMs: number;
}

export interface TrimReply {
  /** Families removed; fewer than `limit`: nothing more is to be removed now. */
  readonly removed: number;
  /** Roots among them that a sink had not taken in time. */
  readonly unarchived: readonly string[];
  /** More should be removed, and a sink has yet to take its events. */
  readonly isHeld: boolean;
}

export interface RunRetention {
  /** Counts runs that have ended since. Answers how many it looked at, and workflows that keep more now. */
  fileEnded(request: { limit: number }): Promise<{
    readonly looked: number;
    readonly workflows: readonly string[];
  }>;
  /** In no order; a page may hold a row another one had. */
  listKept(request: { limit: number; cursor?: string }): Promise<Page<KeptRuns>>;
  /** Removes the oldest ended roots of a workflow that keeps too much; their descendants are left to `removeOrphans`. */
  trimKept(request: TrimRequest): Promise<TrimReply>;
  /** Removes descendants of removed roots; answers how many it looked at, or `limit` when more may be left. */
  removeOrphans(request: { limit: number }): Promise<number>;
  /** Takes expired runs out of all lists, and keeps children whose root is there; answers how many it looked at. */
  forgetExpired(request: { limit: number }): Promise<number>;
}
