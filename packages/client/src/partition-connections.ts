/** The connections of a client, one for each partition, and what they say of the servers behind them. */
import type { RunQueue, RunStore } from "@runfleet/model";
import { createPartitionedQueue, createRunQueue } from "@runfleet/queue";
import {
  checkLayout,
  connectRedis,
  createPartitionedStore,
  createRedisStore,
  examineRedis,
  type FleetBytes,
  type MemoryUse,
  partitionTag,
  type RedisFinding,
  readFleetBytes,
  readMemoryUse,
} from "@runfleet/store";
import { afterCheck } from "./after-check.js";

type Redis = ReturnType<typeof connectRedis>;

export interface PartitionConnection {
  readonly redis: Redis;
  readonly tag: string;
}

export interface ClientPorts {
  readonly store: RunStore;
  readonly queue: RunQueue;
  /** In the order of the partitions. */
  readonly connections: readonly PartitionConnection[];
  close(): Promise<void>;
}

export function openPorts(addresses: readonly [string, ...string[]], namespace: string): ClientPorts {
  const open = (url: string, partition: number) => {
    const tag = partitionTag(namespace, partition);
    const redis = connectRedis(url, { role: "client", tag, name: "runfleet-client" });
    const store = afterCheck(createRedisStore({ redis, namespace, partition }), () =>
      checkLayout({ redis, tag }),
    );
    return { redis, tag, store, queue: createRunQueue({ connection: redis, tag }) };
  };
  const [url, ...more] = addresses;
  const first = open(url, 0);
  const others = more.map((address, at) => open(address, at + 1));
  const all = [first, ...others];
  const isOne = others.length === 0;
  const store = isOne
    ? first.store
    : createPartitionedStore([first.store, ...others.map((each) => each.store)]);
  const queue = isOne ? first.queue : createPartitionedQueue(all.map((each) => each.queue));
  return {
    store,
    queue,
    connections: all,
    async close() {
      await Promise.allSettled([queue.close(), store.close()]);
      for (const { redis } of all) redis.disconnect();
    },
  };
}

/** Of several partitions a check says whose it is. */
export async function examineAll(
  connections: readonly PartitionConnection[],
): Promise<readonly RedisFinding[]> {
  const findings = await Promise.all(connections.map(({ redis, tag }) => examineRedis(redis, tag)));
  if (connections.length === 1) return findings.flat();
  return findings.flatMap((each, partition) =>
    each.map((finding) => ({ ...finding, check: `${finding.check} of ${partition}` })),
  );
}

/** The server's memory is that of the fullest one; what the fleet takes is added up. */
export async function memoryOfAll(
  connections: readonly PartitionConnection[],
): Promise<MemoryUse & FleetBytes> {
  const uses = await Promise.all(connections.map(({ redis }) => readMemoryUse(redis)));
  const bytes = await Promise.all(connections.map(({ redis, tag }) => readFleetBytes(redis, tag)));
  const [fullest = { usedBytes: null, maxBytes: null }] = [...uses].sort((a, b) => fullness(b) - fullness(a));
  return {
    ...fullest,
    openRunsBytes: sum(bytes.map(({ openRunsBytes }) => openRunsBytes)),
    listsBytes: sum(bytes.map(({ listsBytes }) => listsBytes)),
  };
}

/** Without a limit a server is as full as it is large. */
function fullness({ usedBytes, maxBytes }: MemoryUse): number {
  return maxBytes ? (usedBytes ?? 0) / maxBytes : (usedBytes ?? 0) / Number.MAX_SAFE_INTEGER;
}

/** Nothing when one of them does not tell. */
function sum(values: readonly (number | null)[]): number | null {
  return values.reduce((all, value) => (all === null || value === null ? null : all + value), 0);
}
