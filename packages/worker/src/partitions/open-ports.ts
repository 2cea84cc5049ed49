/** A worker's connections: store, leases and queue of each partition, and all of them as one. Whoever opens them closes them. */
import type { Recorder } from "@runfleet/metrics";
import type { CancelFeed, LeaseStore, RunQueue, RunStore } from "@runfleet/model";
import { createPartitionedQueue, createRunQueue } from "@runfleet/queue";
import {
  claimLayout,
  connectRedis,
  createPartitionedLeases,
  createPartitionedStore,
  createRedisStore,
  createRedlockLeases,
  examineRedis,
  partitionAddresses,
  partitionTag,
  type RedisFinding,
} from "@runfleet/store";
import type { FleetClock } from "../fleet-clock.js";

export interface Ports {
  readonly store: RunStore & CancelFeed;
  readonly leases: LeaseStore;
  readonly queue: RunQueue;
}

export interface PartitionPorts extends Ports {
  examineRedis(): Promise<readonly RedisFinding[]>;
  claimLayout(): Promise<void>;
  disconnect(): void;
}

export interface OpenPorts extends Ports {
  readonly partitions: readonly PartitionPorts[];
  close(): Promise<void>;
}

export interface PortsOptions {
  readonly redisUrl: string;
  readonly partitions?: number;
  readonly leaseRedisUrls?: readonly string[];
  readonly namespace?: string;
}

export interface PortsOwner {
  readonly workerId: string;
  readonly leaseTtlMs: number;
  readonly clock: FleetClock;
  readonly recorder: Recorder<"worker">;
}

/**
 * How often jobs of dead workers are looked for: it takes two looks, the first after the last renewal and the second after
 * the lease, so with a short lease a look each second would be most of a takeover.
 */
const looksPerLease = 4;
const stalledLookMsMax = 1_000;

/** Throws `invalid_usage` for addresses that cannot be used. */
export function openPorts(options: PortsOptions, owner: PortsOwner): OpenPorts {
  const commands = owner.recorder.counter("runfleet_redis_commands_total");
  const onCommand = (): void => commands.add(1);
  const open = (redisUrl: string, partition: number) =>
    openPartition({ ...options, redisUrl, partition, onCommand }, owner);
  const [url, ...more] = partitionAddresses(options.redisUrl, options.partitions);
  const first = open(url, 0);
  const others = more.map((address, at) => open(address, at + 1));
  const all = [first, ...others];
  const { store, leases, queue }: Ports =
    others.length === 0
      ? first
      : {
          store: createPartitionedStore([first.store, ...others.map((each) => each.store)]),
          leases: createPartitionedLeases(all.map((each) => each.leases)),
          queue: createPartitionedQueue(all.map((each) => each.queue)),
        };
  return {
    ...{ store, leases, queue, partitions: all },
    async close() {
      await queue.close();
      await leases.close();
      await store.close();
      for (const each of all) each.disconnect();
    },
  };
}

function openPartition(
  options: PortsOptions & { readonly partition: number; readonly onCommand: () => void },
  { workerId, leaseTtlMs, clock }: PortsOwner,
): PartitionPorts {
  const { redisUrl, leaseRedisUrls, onCommand } = options;
  const place = { namespace: options.namespace ?? "rf", partition: options.partition };
  const tag = partitionTag(place.namespace, place.partition);
  const redis = connectRedis(redisUrl, {
    ...{ role: "worker", tag, name: `runfleet-${workerId}`, onCommand },
  });
  // Leases have connections of their own: a long reply to anybody else must not delay a renewal.
  const leaseRedis = (leaseRedisUrls ?? [redisUrl]).map((url) =>
    connectRedis(url, { role: "client", tag, name: `runfleet-lease-${workerId}`, onCommand }),
  );
  const together = leaseRedisUrls === undefined ? "here" : "elsewhere";
  const store = createRedisStore({ redis, leases: together, ...place });
  const queue = createRunQueue({
    ...{ connection: redis, tag },
    // The job comes back when the lease may be taken: one of the two alone would only wait for the other.
    lockDurationMs: leaseTtlMs,
    stalledIntervalMs: Math.min(stalledLookMsMax, Math.floor(leaseTtlMs / looksPerLease)),
    now: clock.now,
  });
  return {
    ...{ store, queue, leases: createRedlockLeases({ clients: leaseRedis, runs: together, ...place }) },
    examineRedis: () => examineRedis(redis, tag),
    claimLayout: () => claimLayout({ redis, tag, workers: () => store.listWorkers() }),
    disconnect() {
      redis.disconnect();
      for (const client of leaseRedis) client.disconnect();
    },
  };
}
