/** The leases of several partitions as one: each lies where its run does. */
import { type LeaseStore, placeOf } from "@runfleet/model";

/** In the order of the partitions. They are closed with it. */
export function createPartitionedLeases(partitions: readonly LeaseStore[]): LeaseStore {
  const draws = partitions.flatMap(({ draw }) => (draw === undefined ? [] : [draw]));
  const draw: LeaseStore["draw"] = (runId, ttlMs) => placeOf(runId, draws)(runId, ttlMs);
  return {
    ...(draws.length === partitions.length ? { draw } : {}),
    acquire: (runId, ttlMs) => placeOf(runId, partitions).acquire(runId, ttlMs),
    renew: (lease, ttlMs) => placeOf(lease.runId, partitions).renew(lease, ttlMs),
    release: (lease) => placeOf(lease.runId, partitions).release(lease),
    close: async () => void (await Promise.all(partitions.map((leases) => leases.close()))),
  };
}
