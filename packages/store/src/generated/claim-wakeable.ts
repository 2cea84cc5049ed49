// Generated from lua/claim_wakeable.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ClaimWakeableKeys {
  /** timers */
  readonly timers: string;
}

export interface ClaimWakeableValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** runs at most */
  readonly limit: ScriptValue;
  /** when a run that is still there is told again */
  readonly againMs: ScriptValue;
}

/**
 * - runs: ids
 */
export type ClaimWakeableTag = "runs";

/**
 * Runs that nobody owns and that want to be looked at now, longest waiting first. Each is told once per interval, so a
 * long row of runs without a free worker does not hide the ones behind it.
 */
export const claimWakeable: Script<ClaimWakeableKeys, ClaimWakeableValues, ClaimWakeableTag> = {
  name: "claim_wakeable",
  keys: ["timers"],
  values: ["now", "limit", "againMs"],
  sha1: "0176e5fac9d598f1c6aa047a86cb8c86d1ae868e",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', '0', ARGV[2])
local again_at = string.format('%.0f', tonumber(now) + tonumber(ARGV[3]))
for index = 1, #ids do
  redis.call('ZADD', KEYS[1], again_at, ids[index])
end
return { 'runs', ids }`,
};
