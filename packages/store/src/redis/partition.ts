/**
 * What every method of the Redis store needs: the connection, the names, and the values that many scripts share.
 * No method of the store lives here.
 */
import { limits } from "@runfleet/model";
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
  /** Values most scripts take; `now` is asked for each time. */
  readonly common: () => CommonValues;
}

export interface CommonValues {
  readonly now: string;
  readonly historyMax: number;
  readonly fleetEventsMax: number;
  readonly inboxPage: number;
  readonly logStepBytesMax: number;
  readonly logStepLinesMax: number;
  readonly logBytesMax: number;
  readonly logLinesMax: number;
}

export function openPartition(options: {
  readonly redis: Redis;
  readonly tag: string;
  readonly checksLease: boolean;
  readonly now: (() => number) | undefined;
}): Partition {
  const { redis, tag, checksLease, now } = options;
  const keys = partitionKeys(tag);
  const fixed = {
    historyMax: limits.historyEntriesMax,
    fleetEventsMax: limits.fleetEventsMax,
    inboxPage: limits.inboxPageMax,
    logStepBytesMax: limits.stepLogBytesMax,
    logStepLinesMax: limits.stepLogLinesMax,
    logBytesMax: limits.runLogBytesMax,
    logLinesMax: limits.runLogLinesMax,
  };
  return {
    redis,
    tag,
    keys,
    keysOf: runNames(tag, (runId) => ({ ...keys, ...runKeys(tag, runId) })),
    channel: cancelChannel(tag),
    checksLease: checksLease ? "1" : "",
    common: () => ({ ...fixed, now: now === undefined ? "" : String(now()) }),
  };
}

/** Epoch ms by the server's clock, unless the caller is a test. */
export async function timeOf({ redis, common }: Partition): Promise<number> {
  const { now } = common();
  if (now !== "") return Number(now);
  const [seconds, micros] = await withRedis("time", () => redis.time());
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}
