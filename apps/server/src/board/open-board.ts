/** What the board needs of a fleet: its pools, as they are now, and its runs. Opens a connection of its own. */
import type { BullBoardQueues } from "@bull-board/api/typings/app";
import { openBoardQueues } from "@runfleet/queue";
import {
  connectRedis,
  createPartitionedStore,
  createRedisStore,
  partitionAddresses,
  partitionTag,
} from "@runfleet/store";
import { createPoolAdapter } from "./pool-adapter.js";
import { createRunReader } from "./run-reader.js";

/** Where the fleet is. */
export interface BoardAddress {
  /** `redis://` or `rediss://` address, or a cluster's; of several partitions one for all or one each, between spaces. */
  readonly redis: string;
  readonly namespace: string;
  /** Default: as many as addresses. */
  readonly partitions?: number | undefined;
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

export function openBoard(address: BoardAddress, log: (line: string) => void): Board {
  const [first, ...others] = openPartitions(address, (error) => log(`the board's queues: ${error.message}`));
  const all = [first, ...others];
  const store =
    others.length === 0
      ? first.store
      : createPartitionedStore([first.store, ...others.map((each) => each.store)]);
  const runs = createRunReader(store);
  const pools: BoardPools = { readOnly: new Map(), writable: new Map() };
  let readAt = Number.NEGATIVE_INFINITY;

  const show = (pool: string): void => {
    for (const { queues, prefix } of all) {
      const name = `${prefix}${pool}`;
      if (pools.writable.has(name)) continue;
      const queue = queues.queue(pool);
      pools.readOnly.set(name, createPoolAdapter(queue, { runs, prefix, readOnlyMode: true }));
      pools.writable.set(name, createPoolAdapter(queue, { runs, prefix, readOnlyMode: false }));
    }
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
      await Promise.allSettled([...all.map(({ queues }) => queues.close()), store.close()]);
      for (const { redis } of all) redis.disconnect();
    },
  };
}

/** Of several partitions all but the first say which one they are before a pool's name; no pool begins so. */
function openPartitions(
  { redis: text, namespace, partitions }: BoardAddress,
  onError: (error: Error) => void,
) {
  const open = (url: string, partition: number) => {
    const tag = partitionTag(namespace, partition);
    const redis = connectRedis(url, { role: "client", tag, name: "runfleet-board" });
    return {
      redis,
      store: createRedisStore({ redis, namespace, partition }),
      queues: openBoardQueues({ connection: redis, tag, onError }),
      prefix: partition === 0 ? "" : `@${partition}.`,
    };
  };
  const [url, ...more] = partitionAddresses(text, partitions);
  return [open(url, 0), ...more.map((address, at) => open(address, at + 1))] as const;
}
