/**
 * What every method of the Redis store needs: the connection, the names, and the value that all scripts share.
 * No method of the store lives here.
 */
import type { Redis } from "ioredis";
import { cancelChannel, type PartitionKeys, partitionKeys, type RunKeys, runKeys } from "../keys.js";
import { withRedis } from "../redis-failure.js";
import { type RunNames, runNames } from "../run-names.js";

export interface Partition {
  readonly redis: Redis;
  readonly tag: string;
  readonly keys: PartitionKeys;
  /** All names of one run and of the partition, as scripts want them. */
  readonly keysOf: (runId: string) => RunNames<PartitionKeys & RunKeys>;
  readonly channel: string;
  /** Value of `checksLease`. */
  readonly checksLease: "1" | "";
  /** Value of `now`: epoch ms from a test, else empty, which means the server's clock. */
  readonly now: () => string;
}

export function openPartition(options: {
  readonly redis: Redis;
  readonly tag: string;
  readonly checksLease: boolean;
  readonly now: (() => number) | undefined;
}): Partition {
  const { redis, tag, checksLease, now } = options;
  const keys = partitionKeys(tag);
  return {
    redis,
    tag,
    keys,
    keysOf: runNames(tag, (runId) => ({ ...keys, ...runKeys(tag, runId) })),
    channel: cancelChannel(tag),
    checksLease: checksLease ? "1" : "",
    now: () => (now === undefined ? "" : String(now())),
  };
}

/** Epoch ms by the server's clock, unless the caller is a test. */
export async function timeOf(partition: Partition): Promise<number> {
  const now = partition.now();
  if (now !== "") return Number(now);
  const [seconds, micros] = await withRedis("time", () => partition.redis.time());
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}
