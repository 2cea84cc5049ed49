// A client and workers on a fleet whose clock stands still, with ids and leases that are counted: what they write is the same
// each time. They are the product's; only what it takes from the machine is given to them.
import { assembleClient } from "@runfleet/client";
import { createRunQueue } from "@runfleet/queue";
import { connectRedis, createRedisStore, createSecretBox, examineRedis, partitionTag } from "@runfleet/store";
import { assembleWorker } from "@runfleet/worker";
import { epoch } from "./redis-text.mjs";
import { namespace, secretKeys } from "./scene.mjs";

export const tag = partitionTag(namespace, 0);
/** Short, so that a worker soon notices that it has lost one. */
const leaseTtlMs = 1_500;

const now = () => epoch;
const silent = { info() {}, warn() {}, error() {} };
const secrets = createSecretBox({ namespace, keys: secretKeys });

/**
 * @typedef {{
 *   id: string, config: import("@runfleet/worker").WorkerConfig, pools: readonly string[], workDir: string,
 *   leases: import("@runfleet/model").LeaseStore,
 * }} StillWorker
 * @typedef {{
 *   fleet: import("@runfleet/client").FleetClient,
 *   store: import("@runfleet/model").RunStore,
 *   redis: import("./redis-text.mjs").Redis,
 *   wake: (runId: string) => Promise<unknown>,
 *   sleeps: (runId: string, pool: string) => Promise<boolean>,
 *   work: (worker: StillWorker) => Promise<{ stop: () => Promise<void> }>,
 *   close: () => Promise<void>,
 * }} StillFleet
 */

/** @param {string} redisUrl @returns {StillFleet} */
export function openStillFleet(redisUrl) {
  const redis = connectRedis(redisUrl, { role: "worker", tag });
  const store = createRedisStore({ redis, namespace, leases: "elsewhere", now });
  const queue = createRunQueue({ connection: redis, tag, now, lockDurationMs: leaseTtlMs });
  const closing = new AbortController();
  /** @type {Map<string, number>} */
  const runs = new Map();
  const fleet = assembleClient({
    ...{
      store,
      queue,
      secrets,
      namespace,
      partitions: 1,
      actor: "tester",
      log() {},
      closing: closing.signal,
    },
    ...{ isReady: () => true, targets: new Map(), known: new Map(), underWay: { count: 0 } },
    examineRedis: () => examineRedis(redis, tag),
    memoryUse: async () => ({ usedBytes: null, maxBytes: null, openRunsBytes: null, listsBytes: null }),
    time: {
      ...{ now, monotonic: () => performance.now(), lookAgainMs: 50 },
      newRunId(workflow) {
        runs.set(workflow, (runs.get(workflow) ?? 0) + 1);
        return `${workflow}-${runs.get(workflow)}`;
      },
    },
    close: async () => closing.abort(),
  });
  return {
    ...{ fleet, store, redis },
    wake: (runId) => queue.wake(runId, "default"),
    sleeps: async (runId, pool) => (await redis.zscore(`${tag}:${pool}:delayed`, runId)) !== null,
    work: ({ id, ...parts }) =>
      assembleWorker({
        ...{ namespace, workerId: id, store, queue, secrets, log: silent, leaseTtlMs, ...parts },
        ...{ random: () => 0.5, concurrency: 16, sweepMs: 3_600_000, graceMs: 100 },
        clock: {
          ...{ now, monotonic: () => performance.now() },
          after(ms, then) {
            const timer = setTimeout(then, ms);
            return () => clearTimeout(timer);
          },
          every(ms, then) {
            const timer = setInterval(then, ms);
            return () => clearInterval(timer);
          },
        },
      }),
    async close() {
      await fleet.close();
      await queue.close();
      await store.close();
      redis.disconnect();
    },
  };
}

/** Leases of one process, each under a token of its own. `lose`: the next renewal finds that somebody else has it. */
export function countedLeases() {
  let tokens = 0;
  const lost = new Set();
  return {
    /** @param {string} runId */
    lose: (runId) => void lost.add(runId),
    /** @type {import("@runfleet/model").LeaseStore} */
    leases: {
      async acquire(runId, ttlMs) {
        tokens += 1;
        return {
          tag: "held",
          lease: { runId, token: `lease-${tokens}`, deadlineMonoMs: performance.now() + ttlMs },
        };
      },
      renew: async (lease, ttlMs) =>
        lost.delete(lease.runId)
          ? { tag: "lost" }
          : { tag: "renewed", lease: { ...lease, deadlineMonoMs: performance.now() + ttlMs } },
      release: async () => {},
      close: async () => {},
    },
  };
}
