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
  sha1: "aeb1111d3dbced538f17514d9435984a9a8f34b9",
  source: `local K = {
  scalingPolicies = KEYS[1],
}
local A = {
  pool = ARGV[1],
  policy = ARGV[2],
  poolsMax = ARGV[3],
}
if A.policy == '' then
  return { redis.call('HDEL', K.scalingPolicies, A.pool) == 1 and 'removed' or 'not_set' }
end
local is_new = redis.call('HEXISTS', K.scalingPolicies, A.pool) == 0
if is_new and redis.call('HLEN', K.scalingPolicies) >= tonumber(A.poolsMax) then
  return { 'full' }
end
redis.call('HSET', K.scalingPolicies, A.pool, A.policy)
return { 'set' }`,
};
