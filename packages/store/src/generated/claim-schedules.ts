// Generated from lua/claim_schedules.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ClaimSchedulesKeys {
  /** schedules:due */
  readonly schedulesDue: string;
}

export interface ClaimSchedulesValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** how long nobody else is told */
  readonly claimMs: ScriptValue;
  /** schedules at most */
  readonly limit: ScriptValue;
}

/**
 * - due: names, and when there may be more (epoch ms, or empty)
 */
export type ClaimSchedulesTag = "due";

/**
 * Schedules whose due time has come, the longest due first. Each that is told is looked at again only after a while, so that one
 * worker has it and not all; the due time itself lies in the schedule. Whoever moves it ends the claim.
 */
export const claimSchedules: Script<ClaimSchedulesKeys, ClaimSchedulesValues, ClaimSchedulesTag> = {
  name: "claim_schedules",
  keys: ["schedulesDue"],
  values: ["now", "claimMs", "limit"],
  sha1: "6941cb9db0faf1058ba657802aff4aa5d8331ce1",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local names = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', '0', ARGV[3])
local again = string.format('%.0f', tonumber(now) + tonumber(ARGV[2]))
for index = 1, #names do
  redis.call('ZADD', KEYS[1], again, names[index])
end
local first = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '+inf', 'WITHSCORES', 'LIMIT', '0', '1')
return { 'due', names, first[2] and string.format('%.0f', tonumber(first[2])) or '' }`,
};
