/**
 * What every method of the Redis store needs: the connection, the names, and the values that many scripts share.
 * No method of the store lives here.
 */
import { limits } from "@runfleet/model";
import type { Redis } from "ioredis";
import { cancelChannel, type PartitionKeys, partitionKeys, type RunKeys, runKeys } from "../keys.js";
import { withRedis } from "../redis-failure.js";

export interface Partition {
  readonly redis: Redis;
  readonly tag: string;
  readonly keys: PartitionKeys;
  /** All names of one run and of the partition, as scripts want them. */
  readonly keysOf: (runId: string) => PartitionKeys & RunKeys;
  readonly channel: string;
  /** Value of `checksLease`. */
  readonly checksLease: "1" | "";
  /** Values most scripts take; `now` is asked for each time. */
  readonly common: () => CommonValues;
}

/**
 * More names on top of others, in an object of its own: names that lie in prototypes take twice as long to find, and each such
 * prototype costs a hidden class.
 */
export function withKeys<Under extends object, Own extends object>(under: Under, own: Own): Under & Own {
  return { ...under, ...own };
}

/** A run in hand is written again and again; more are in hand only where several workers share a store. */
const keysKept = 1_000;

/** Remembers what was made for the newest names. */
function newestOf<T>(max: number, make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const fresh = make(name);
    if (made.size >= max) made.clear();
    made.set(name, fresh);
    return fresh;
  };
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
    keysOf: newestOf(keysKept, (runId) => withKeys(keys, runKeys(tag, runId))),
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
