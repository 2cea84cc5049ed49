/**
 * The twin of the run queue in memory, for tests with a clock that jumps: same answers, same order, no BullMQ. Nothing
 * happens by itself when time passes; call `tick` after moving the clock.
 */
import type { Consumer, RunQueue } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import { checkSchedule } from "./delay-limits.js";
import { checkPool, checkRunId } from "./job-address.js";
import type { KeepEnded } from "./keep-ended.js";
import { keepEndedDefault } from "./keep-ended.js";
import type { PoolSnapshot } from "./memory-pool.js";
import { MemoryPool } from "./memory-pool.js";

export interface MemoryQueue extends RunQueue {
  /** Hands out every job that is due by `now()`. */
  tick(): void;
  /** Epoch milliseconds of the next delayed job in any pool; absent when none is delayed. */
  nextDueAt(): number | undefined;
  /** Takes a job out of its handler's hands, as the death of its worker would. Nothing for a job in nobody's hands. */
  loseLock(runId: string, pool: string): void;
  /** Everything that lies in the queue, by pool. */
  snapshot(): QueueSnapshot;
  /** Puts the queue back to what it was, as a failover to a replica that lags behind does. Pools made since are emptied. */
  restore(snapshot: QueueSnapshot): void;
}

export type QueueSnapshot = ReadonlyMap<string, PoolSnapshot>;

export interface MemoryQueueOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** As for the queue on Redis. */
  readonly keepEnded?: KeepEnded;
}

export function createMemoryQueue(options: MemoryQueueOptions): MemoryQueue {
  const pools = new Map<string, MemoryPool>();
  const consumers: Consumer[] = [];
  let closing: Promise<unknown> | undefined;

  const open = (name: string): MemoryPool => {
    checkPool(name);
    if (closing !== undefined) throw new RunfleetError("invalid_usage", "the queue is closed");
    const known = pools.get(name);
    if (known !== undefined) return known;
    const pool = new MemoryPool({ now: options.now, keepEnded: options.keepEnded ?? keepEndedDefault });
    pools.set(name, pool);
    return pool;
  };

  return {
    async add(job) {
      checkRunId(job.runId);
      checkSchedule(job);
      open(job.pool).add(job);
    },
    wake: async (runId, pool, options = {}) => open(pool).wake(runId, options),
    revive: async (runId, pool) => open(pool).revive(runId),
    remove: async (runId, pool) => open(pool).remove(runId),
    async consume(wanted) {
      const consumer = open(wanted.pool).consume(wanted);
      consumers.push(consumer);
      return consumer;
    },
    backlog: async (pool, { dueBefore }) => open(pool).backlog(dueBefore),
    counts: async (pool) => open(pool).counts(),
    async close() {
      closing ??= Promise.all(consumers.map((consumer) => consumer.close()));
      await closing;
    },
    tick() {
      for (const pool of pools.values()) pool.tick();
    },
    nextDueAt() {
      const dues = [...pools.values()].map((pool) => pool.nextDueAt()).filter((due) => due !== undefined);
      return dues.length === 0 ? undefined : Math.min(...dues);
    },
    snapshot: () => new Map([...pools].map(([name, pool]) => [name, pool.snapshot()])),
    restore(snapshot) {
      for (const [name, pool] of pools) pool.restore(snapshot.get(name) ?? []);
    },
    loseLock: (runId, pool) => open(pool).loseLock(runId),
  };
}
