// Generated from lua/set_scaling.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface SetScalingKeys {
  /** scaling:policies */
  readonly scalingPolicies: string;
}

export interface SetScalingValues {
  /** name */
  readonly pool: ScriptValue;
  /** text, or empty to take it back */
  readonly policy: ScriptValue;
  /** pools that may have something set */
  readonly poolsMax: ScriptValue;
}

/**
 * - set: it is, or was before
 * - removed: nothing is set any more
 * - not_set: nothing was
 * - full: so many pools have something set
 */
export type SetScalingTag = "set" | "removed" | "not_set" | "full";

/**
 * Sets how a pool is scaled, or takes that back.
 */
export const setScaling: Script<SetScalingKeys, SetScalingValues, SetScalingTag> = {
  name: "set_scaling",
  keys: ["scalingPolicies"],
  values: ["pool", "policy", "poolsMax"],
  sha1: "c15b5c6f0f351b316075649ac1186050464cb050",
  source: `local KEYS = KEYS
local ARGV = ARGV
if ARGV[2] == '' then
  return { redis.call('HDEL', KEYS[1], ARGV[1]) == 1 and 'removed' or 'not_set' }
end
local is_new = redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0
if is_new and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then
  return { 'full' }
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return { 'set' }`,
};
