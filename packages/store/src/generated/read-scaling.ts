// Generated from lua/read_scaling.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ReadScalingKeys {
  /** scaling:policies */
  readonly scalingPolicies: string;
  /** scaling:turns */
  readonly scalingTurns: string;
}

export interface ReadScalingValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
}

/**
 * - scaling: epoch ms; pool and policy in turn; pool and last turn in turn
 */
export type ReadScalingTag = "scaling";

/**
 * What is set and what is remembered about the sizes of pools. Both are bounded where they are written.
 */
export const readScaling: Script<ReadScalingKeys, ReadScalingValues, ReadScalingTag> = {
  name: "read_scaling",
  keys: ["scalingPolicies", "scalingTurns"],
  values: ["now"],
  sha1: "1b85ca44e17b4ebe1a43a8325e00edccd86c800d",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
return { 'scaling', now, redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]) }`,
};
