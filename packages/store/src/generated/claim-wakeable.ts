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
  sha1: "ef2c479477aac31b260e9187fc7dc7bbfcc57e27",
  source: `local K = {
  timers = KEYS[1],
}
local A = {
  now = ARGV[1],
  limit = ARGV[2],
  againMs = ARGV[3],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local ids = redis.call('ZRANGEBYSCORE', K.timers, '-inf', now, 'LIMIT', '0', A.limit)
local again_at = string.format('%.0f', tonumber(now) + tonumber(A.againMs))
for index = 1, #ids do
  redis.call('ZADD', K.timers, again_at, ids[index])
end
return { 'runs', ids }`,
};
