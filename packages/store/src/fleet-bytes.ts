/**
 * How much of Redis a fleet takes, as far as nobody has measured it yet: ended runs are measured one by one when they are filed, open
 * ones change all the time. Some of each status are measured and stand for the others, so what a look costs does not grow with
 * the number of runs. What lies outside of runs are the fleet's own keys; of the queues only the jobs of runs are looked at.
 */
import { defaultPool, isEnded, runStatuses } from "@runfleet/model";
import type { ChainableCommander, Redis } from "ioredis";
import { partitionKeys, runKeys, statusKey } from "./keys.js";
import { toRunfleetError } from "./redis-failure.js";
import { rowRunId } from "./run-record.js";

/** Estimates, in bytes; null where the server does not measure. */
export interface FleetBytes {
  readonly openRunsBytes: number | null;
  readonly listsBytes: number | null;
}

/** Runs of each status. Where runs differ much, the mean of so few may be off by half; it still tells whether Redis fills up. */
const sampledMax = 8;
/** Elements of a collection, as Redis measures it. */
const elementsMax = 5;

interface Sample {
  /** Runs of the status. */
  readonly size: number;
  readonly ids: readonly string[];
}

export async function readFleetBytes(redis: Redis, tag: string): Promise<FleetBytes> {
  try {
    const samples = await sampleRuns(redis, tag);
    const measured = await measure(redis, [
      Object.values(partitionKeys(tag)),
      ...(await keysOfRuns(redis, tag, samples)),
    ]);
    const [listsBytes = 0, ...bytes] = measured;
    let openRunsBytes = 0;
    for (const [index, { size, ids }] of samples.entries()) {
      if (ids.length > 0) openRunsBytes += Math.round(((bytes[index] ?? 0) / ids.length) * size);
    }
    return { openRunsBytes, listsBytes };
  } catch (error) {
    if (error instanceof Error && error.name === "ReplyError")
      return { openRunsBytes: null, listsBytes: null };
    throw toRunfleetError(error, "measure the fleet");
  }
}

async function sampleRuns(redis: Redis, tag: string): Promise<readonly Sample[]> {
  const keys = partitionKeys(tag);
  const lists = runStatuses.filter((status) => !isEnded(status)).map((status) => statusKey(keys, status));
  const [sizes, rows] = await Promise.all([
    ask<number>(redis, lists, (asked, list) => asked.zcard(list)),
    ask<string[]>(redis, lists, (asked, list) => asked.call("ZRANDMEMBER", list, String(sampledMax))),
  ]);
  return sizes.map((size, index) => ({ size, ids: (rows[index] ?? []).map(rowRunId) }));
}

/** Of all runs of each sample, with their jobs. */
async function keysOfRuns(
  redis: Redis,
  tag: string,
  samples: readonly Sample[],
): Promise<readonly (readonly string[])[]> {
  const ids = samples.flatMap((sample) => sample.ids);
  const pools = await ask<string | null>(redis, ids, (asked, id) => asked.hget(runKeys(tag, id).run, "pool"));
  const poolOf = new Map(ids.map((id, index) => [id, JSON.parse(pools[index] ?? "null") ?? defaultPool]));
  const keysOf = (id: string): readonly string[] => {
    const { lease: _lease, historyCopy: _history, logCopy: _log, ...own } = runKeys(tag, id);
    return [...Object.values(own), `${tag}:${poolOf.get(id)}:${id}`];
  };
  return samples.map((sample) => sample.ids.flatMap(keysOf));
}

/** The bytes of each group of keys; a key that is not there has none. */
async function measure(redis: Redis, groups: readonly (readonly string[])[]): Promise<readonly number[]> {
  const samples = String(elementsMax);
  const sizes = await ask<number | null>(redis, groups.flat(), (asked, key) =>
    asked.call("MEMORY", "USAGE", key, "SAMPLES", samples),
  );
  let next = 0;
  return groups.map(({ length }) => {
    const own = sizes.slice(next, next + length);
    next += length;
    return own.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  });
}

/** One round trip for all of them. */
async function ask<T>(
  redis: Redis,
  about: readonly string[],
  command: (asked: ChainableCommander, name: string) => unknown,
): Promise<readonly T[]> {
  if (about.length === 0) return [];
  const asked = redis.pipeline();
  for (const name of about) command(asked, name);
  const answers = (await asked.exec()) ?? [];
  return answers.map(([error, value]) => {
    if (error !== null) throw error;
    return value as T;
  });
}
