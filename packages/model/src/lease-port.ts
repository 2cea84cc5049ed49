/** The seam to ownership: leases that run out. No implementation lives here. */

export interface Lease {
  readonly runId: string;
  readonly token: string;
  /** On the worker's monotonic clock (`performance.now()`), counted from before the request was sent. */
  readonly deadlineMonoMs: number;
}

export type AcquireReply =
  | { readonly tag: "held"; readonly lease: Lease }
  | { readonly tag: "busy"; readonly retryAfterMs: number };

export type RenewReply = { readonly tag: "renewed"; readonly lease: Lease } | { readonly tag: "lost" };

/** Exclusive, expiring ownership. Avoids double work; the fence is what makes a stale owner harmless. */
export interface LeaseStore {
  /**
   * A lease for the run's own activation to take (`leaseTtlMs` of `activate`), and for the write to give back by which its owner
   * ends, parks or releases the run: neither costs a request. Absent where leases lie on servers of their own: `acquire` them.
   */
  readonly draw?: (runId: string, ttlMs: number) => Lease;
  acquire(runId: string, ttlMs: number): Promise<AcquireReply>;
  renew(lease: Lease, ttlMs: number): Promise<RenewReply>;
  /** Never throws; a lease that cannot be released runs out. */
  release(lease: Lease): Promise<void>;
  close(): Promise<void>;
}
