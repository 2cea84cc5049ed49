// Generated from lua/put_schedule.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface PutScheduleKeys {
  /** schedule:<name> */
  readonly schedule: string;
  /** schedules */
  readonly schedules: string;
  /** schedules:due */
  readonly schedulesDue: string;
}

export interface PutScheduleValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** of the schedule */
  readonly name: ScriptValue;
  /** JSON, always in the same order */
  readonly spec: ScriptValue;
  /** JSON of what decides about due times */
  readonly rule: ScriptValue;
  /** first due time by this rule, epoch ms, or empty */
  readonly due: ScriptValue;
  /** schedules that may be there */
  readonly schedulesMax: ScriptValue;
}

/**
 * - created: it is there now
 * - replaced: it says something else now
 * - unchanged: it said the same
 * - full: there are too many others
 */
export type PutScheduleTag = "created" | "replaced" | "unchanged" | "full";

/**
 * Adds a schedule or replaces what it says. The same again writes nothing, however many say it at once; a change that leaves the
 * due times as they are leaves the schedule where it stands.
 */
export const putSchedule: Script<PutScheduleKeys, PutScheduleValues, PutScheduleTag> = {
  name: "put_schedule",
  keys: ["schedule", "schedules", "schedulesDue"],
  values: ["now", "name", "spec", "rule", "due", "schedulesMax"],
  sha1: "a110f1e1b14c9f9f7226f6df6da26eca820eac85",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local stored = redis.call('HMGET', KEYS[1], 'spec', 'rule', 'revision', 'pausedAt')
if stored[1] == ARGV[3] then
  return { 'unchanged' }
end
if not stored[1] and redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[6]) then
  return { 'full' }
end
local revision = string.format('%.0f', math.max(tonumber(stored[3] or '0') + 1, tonumber(now)))
redis.call('HSET', KEYS[1], 'spec', ARGV[3], 'rule', ARGV[4], 'revision', revision, 'changedAt', now)
redis.call('HDEL', KEYS[1], 'error')
if stored[2] ~= ARGV[4] then
  redis.call('HSET', KEYS[1], 'due', ARGV[5])
  if ARGV[5] == '' or stored[4] then
    redis.call('ZREM', KEYS[3], ARGV[2])
  else
    redis.call('ZADD', KEYS[3], ARGV[5], ARGV[2])
  end
end
if stored[1] then
  return { 'replaced' }
end
redis.call('HSET', KEYS[1], 'createdAt', now, 'missed', '0')
redis.call('ZADD', KEYS[2], '0', ARGV[2])
return { 'created' }`,
};
