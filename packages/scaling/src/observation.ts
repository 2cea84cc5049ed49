/** What the policy is told of a pool, and how that follows from its backlog and from what its workers say. */
import type { PoolBacklog, WorkerPresence } from "@runfleet/model";

/** A pool at one moment. Times are epoch milliseconds of the fleet. */
export interface PoolObservation {
  readonly at: number;
  /** Runs a worker could take now. */
  readonly ready: number;
  /** Runs that will be ready before a worker that is asked for now could take them. */
  readonly dueSoon: number;
  /** Runs in hand; those of a worker that died count until somebody has them back. */
  readonly busy: number;
  /** Age of the oldest ready run; absent when none is ready, or nobody knows. */
  readonly oldestReadyMs?: number;
  /** Workers that take runs; one that is leaving does not. */
  readonly workers: number;
  /** Those of them with runs in hand. */
  readonly busyWorkers: number;
  /** Of one worker, on average; absent when none is there. */
  readonly slots?: number;
  /** How long a run holds a slot, on average of late; absent when none was taken. */
  readonly slotMs?: number;
}

export function observePool(seen: {
  readonly at: number;
  readonly pool: string;
  readonly backlog: PoolBacklog;
  readonly oldestReadyMs?: number | undefined;
  readonly workers: readonly WorkerPresence[];
}): PoolObservation {
  const { at, pool, backlog, oldestReadyMs } = seen;
  const workers = seen.workers.filter(({ pools, leaving }) => pools.includes(pool) && leaving !== true);
  const taken = sum(workers, ({ recent }) => recent?.taken ?? 0);
  const heldMs = sum(workers, ({ recent }) => recent?.heldMs ?? 0);
  const slots = sum(workers, (worker) => worker.slots) / workers.length;
  return {
    at,
    ready: backlog.ready,
    dueSoon: backlog.dueSoon,
    busy: backlog.active,
    workers: workers.length,
    busyWorkers: workers.filter(({ busy }) => busy > 0).length,
    ...(oldestReadyMs === undefined ? {} : { oldestReadyMs }),
    ...(workers.length === 0 ? {} : { slots }),
    ...(taken === 0 ? {} : { slotMs: heldMs / taken }),
  };
}

function sum<T>(rows: readonly T[], of: (row: T) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
