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
  /** and at least so much later for each that is in the row */
  readonly againPerRunMs: ScriptValue;
}

/**
 * - runs: ids
 */
export type ClaimWakeableTag = "runs";

/**
 * Runs that nobody owns and that want to be looked at now, longest waiting first. Each is told once per interval, so a
 * long row of runs without a free worker does not hide the ones behind it. The longer the row, the longer the interval: one
 * that was never told comes before those that were.
 */
export const claimWakeable: Script<ClaimWakeableKeys, ClaimWakeableValues, ClaimWakeableTag> = {
  name: "claim_wakeable",
  keys: ["timers"],
  values: ["now", "limit", "againMs", "againPerRunMs"],
  sha1: "201793205e54f3aac74eb15ddaa07a08feb5d57e",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', '0', ARGV[2])
local again_ms = math.max(tonumber(ARGV[3]), redis.call('ZCARD', KEYS[1]) * tonumber(ARGV[4]))
local again_at = string.format('%.0f', tonumber(now) + again_ms)
for index = 1, #ids do
  redis.call('ZADD', KEYS[1], again_at, ids[index])
end
return { 'runs', ids }`,
};
