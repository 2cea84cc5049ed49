// Generated from lua/read_scaling.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ReadScalingKeys {
  /** scaling:policies */
  readonly scalingPolicies: string;
  /** scaling:turns */
  readonly scalingTurns: string;
  /** scaling:used */
  readonly poolsUsed: string;
}

export interface ReadScalingValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** how long a pool is known to be used */
  readonly usedMs: ScriptValue;
  /** pools that are known to be used */
  readonly poolsMax: ScriptValue;
}

/**
 * - scaling: epoch ms; pool and policy in turn; pool and last turn in turn; pools that runs were created for lately
 */
export type ReadScalingTag = "scaling";

/**
 * What is set and what is remembered about the sizes of pools. Both are bounded where they are written.
 */
export const readScaling: Script<ReadScalingKeys, ReadScalingValues, ReadScalingTag> = {
  name: "read_scaling",
  keys: ["scalingPolicies", "scalingTurns", "poolsUsed"],
  values: ["now", "usedMs", "poolsMax"],
  sha1: "447737ac7b1b835a1250ea8142b31ed5ee928156",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local since = string.format('%.0f', tonumber(now) - tonumber(ARGV[2]))
return {
  'scaling', now, redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]),
  redis.call('ZRANGEBYSCORE', KEYS[3], since, '+inf', 'LIMIT', '0', ARGV[3]),
}`,
};
