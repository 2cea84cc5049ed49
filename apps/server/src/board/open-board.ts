/** What the board needs of a fleet: its pools, as they are now, and its runs. Opens a connection of its own. */
import type { BullBoardQueues } from "@bull-board/api/typings/app";
import { openBoardQueues } from "@runfleet/queue";
import { connectRedis, createRedisStore, partitionTag } from "@runfleet/store";
import { createPoolAdapter } from "./pool-adapter.js";
import { createRunReader } from "./run-reader.js";

/** Where the fleet is. */
export interface BoardAddress {
  /** `redis://` or `rediss://` address, or a cluster's. */
  readonly redis: string;
  readonly namespace: string;
}

/** Bull Board keeps its buttons apart by queue, so each pool is there twice. */
export interface BoardPools {
  readonly readOnly: BullBoardQueues;
  readonly writable: BullBoardQueues;
}

export interface Board {
  /** `default` and the pools of all workers that were there since the board was opened. */
  pools(): Promise<BoardPools>;
  close(): Promise<void>;
}

/** The board asks every few seconds; a new pool may be seen that much late. */
const poolsFreshMs = 2_000;

export function openBoard({ redis: url, namespace }: BoardAddress, log: (line: string) => void): Board {
  const tag = partitionTag(namespace, 0);
  const redis = connectRedis(url, { role: "client", tag, name: "runfleet-board" });
  const store = createRedisStore({ redis, namespace });
  const onError = (error: Error): void => log(`the board's queues: ${error.message}`);
  const queues = openBoardQueues({ connection: redis, tag, onError });
  const runs = createRunReader(store);
  const pools: BoardPools = { readOnly: new Map(), writable: new Map() };
  let readAt = Number.NEGATIVE_INFINITY;

  const show = (pool: string): void => {
    if (pools.writable.has(pool)) return;
    const queue = queues.queue(pool);
    pools.readOnly.set(pool, createPoolAdapter(queue, { runs, readOnlyMode: true }));
    pools.writable.set(pool, createPoolAdapter(queue, { runs, readOnlyMode: false }));
  };

  return {
    pools: async () => {
      if (performance.now() - readAt < poolsFreshMs) return pools;
      const workers = await store.listWorkers();
      for (const pool of ["default", ...workers.flatMap((worker) => worker.pools)]) show(pool);
      readAt = performance.now();
      return pools;
    },
    close: async () => {
      await Promise.allSettled([queues.close(), store.close()]);
      redis.disconnect();
    },
  };
}
