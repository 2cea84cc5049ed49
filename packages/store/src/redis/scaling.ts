/** How pools are scaled: policies, last turns, and how long a run has been ready. Knows nothing of what the texts say. */
import { limits, type ScalingStore } from "@runfleet/model";
import { keepScalingTurn } from "../generated/keep-scaling-turn.js";
import { readScaling } from "../generated/read-scaling.js";
import { readySince } from "../generated/ready-since.js";
import { setScaling } from "../generated/set-scaling.js";
import { runScript } from "../script.js";
import { poolsUsedMs, turnsKeptMs } from "../sweep-times.js";
import type { Partition } from "./partition.js";

export function scaling(partition: Partition): ScalingStore {
  const { redis, keys } = partition;
  return {
    readScaling: async () => {
      const values = { now: partition.now(), usedMs: poolsUsedMs, poolsMax: limits.scalingPoolsMax };
      const { rest } = await runScript(redis, readScaling, { keys, values });
      const [now, policies, turns, used] = rest as [string, string[], string[], string[]];
      return { now: Number(now), policies: toMap(policies), turns: toMap(turns), used };
    },
    keepScalingTurn: async ({ pool, before = "", turn }) => {
      const { tag, rest } = await runScript(redis, keepScalingTurn, {
        keys,
        values: {
          now: partition.now(),
          ...{ pool, before, turn, poolsMax: limits.scalingPoolsMax, keptMs: turnsKeptMs },
        },
      });
      if (tag !== "overtaken") return { tag };
      const [last = ""] = rest as string[];
      return { tag, ...(last === "" ? {} : { last }) };
    },
    setScaling: async ({ pool, policy = "" }) => {
      const values = { pool, policy, poolsMax: limits.scalingPoolsMax };
      return (await runScript(redis, setScaling, { keys, values })).tag;
    },
    readySince: async (runId) => {
      const values = { now: partition.now(), runId };
      const { tag, rest } = await runScript(redis, readySince, { keys: partition.keysOf(runId), values });
      return tag === "ready" ? Number(rest[0]) : undefined;
    },
  };
}

function toMap(flat: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (let index = 0; index + 1 < flat.length; index += 2)
    map.set(flat[index] as string, flat[index + 1] as string);
  return map;
}
