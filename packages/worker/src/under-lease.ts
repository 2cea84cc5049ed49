/**
 * How a worker comes by a run's lease for the time it has the run in hand, and how the lease goes back. Where leases lie with the
 * runs, it is drawn here, the run's activation takes it, and the write that lets go of the run gives it back. Else both are
 * requests of their own. Does not renew: `lease-keeper.ts` does.
 */
import type { Disposition, Lease, LeaseStore } from "@runfleet/model";
import type { LeaseKeeper } from "./lease-keeper.js";

/** `taking` goes to `activate`: how long a lease lives that the activation is to take. Never throws. */
export type WorkUnderLease = (lease: Lease, taking: { readonly leaseTtlMs?: number }) => Promise<Disposition>;

export type UnderLease = (runId: string, work: WorkUnderLease) => Promise<Disposition>;

export function createUnderLease(options: {
  readonly leases: LeaseStore;
  readonly keeper: LeaseKeeper;
  readonly leaseTtlMs: number;
}): UnderLease {
  const { leases, keeper, leaseTtlMs } = options;
  const { draw } = leases;

  const acquiring: UnderLease = async (runId, work) => {
    const acquired = await leases.acquire(runId, leaseTtlMs);
    if (acquired.tag === "busy") return { type: "busy", retryAfterMs: acquired.retryAfterMs };
    const disposition = await work(acquired.lease, {});
    await leases.release(keeper.drop(acquired.lease));
    return disposition;
  };
  if (draw === undefined) return acquiring;

  const taking = { leaseTtlMs };
  return async (runId, work) => {
    const drawn = draw(runId, leaseTtlMs);
    const disposition = await work(drawn, taking);
    const lease = keeper.drop(drawn);
    // Whoever let go of the run gave this back in the same write; else the run was lost, broke, or was never had.
    if (disposition.type === "busy") await leases.release(lease);
    return disposition;
  };
}
