/** The part of the store's seam that is about limits of workflows: what operators set, and who waits for a permit. */
import type { LimitChange } from "./run-limits.js";
import type { OutboxEntry } from "./worker-writes.js";

/** Runs that were let in by a write, as the entries that wake them; the outbox has them too. */
export interface Granting {
  /** Absent = nobody was. */
  readonly granted?: readonly OutboxEntry[];
}

/** What a limit counts together. */
export interface LimitScope {
  readonly workflow: string;
  /** Value of the key; absent = the whole workflow. */
  readonly key?: string;
}

export interface ScopeUse extends LimitScope {
  /** Absent = nothing limits it any more. */
  readonly limit?: number;
  readonly held: number;
  readonly waiting: number;
}

/** What a run in line waits for. */
export interface PermitWait extends Omit<ScopeUse, "waiting"> {
  /** Some of the runs that hold a permit. */
  readonly holders: readonly string[];
  /** Runs that come before this one. */
  readonly before: number;
}

export interface LimitWrites {
  /**
   * Goes before what definitions and starts say until it is removed. Lets in some of those there is room for now;
   * `letIn` the others. `full`: `limits.workflowLimitsMax` workflows have something set.
   */
  setLimit(change: LimitChange): Promise<({ readonly tag: "set" } & Granting) | { readonly tag: "full" }>;
  removeLimit(workflow: string): Promise<{ readonly tag: "removed" | "not_set" } & Granting>;
  /**
   * One bounded look at the lines of a workflow; call again with `next` as `from` until there is none. With a key the look
   * begins at the line of that key.
   */
  letIn(request: LimitScope & { readonly from?: string }): Promise<{ readonly next?: string } & Granting>;
  /** What is set, by workflow. Bounded by `limits.workflowLimitsMax`. */
  listSetLimits(): Promise<readonly LimitChange[]>;
  /** Scopes in use, in the order of their names. */
  listScopes(request: {
    limit: number;
    cursor?: string;
  }): Promise<{ readonly rows: readonly ScopeUse[]; readonly cursor?: string }>;
  /** Nothing for a run that is in no line. */
  permitWait(runId: string): Promise<PermitWait | undefined>;
}
