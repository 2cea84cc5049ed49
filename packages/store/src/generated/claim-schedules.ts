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
  sha1: "a37d8dcbb560ee7efa58d0adc7b4d6cc7197548a",
  source: `local K = {
  schedulesDue = KEYS[1],
}
local A = {
  now = ARGV[1],
  claimMs = ARGV[2],
  limit = ARGV[3],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local names = redis.call('ZRANGEBYSCORE', K.schedulesDue, '-inf', now, 'LIMIT', '0', A.limit)
local again = string.format('%.0f', tonumber(now) + tonumber(A.claimMs))
for index = 1, #names do
  redis.call('ZADD', K.schedulesDue, again, names[index])
end
local first = redis.call('ZRANGEBYSCORE', K.schedulesDue, '-inf', '+inf', 'WITHSCORES', 'LIMIT', '0', '1')
return { 'due', names, first[2] and string.format('%.0f', tonumber(first[2])) or '' }`,
};
