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
  sha1: "4068c169c6aed029607e69656da9494f6ca632a0",
  source: `local K = {
  schedule = KEYS[1],
  schedules = KEYS[2],
  schedulesDue = KEYS[3],
}
local A = {
  now = ARGV[1],
  name = ARGV[2],
  spec = ARGV[3],
  rule = ARGV[4],
  due = ARGV[5],
  schedulesMax = ARGV[6],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local stored = redis.call('HMGET', K.schedule, 'spec', 'rule', 'revision', 'pausedAt')
if stored[1] == A.spec then
  return { 'unchanged' }
end
if not stored[1] and redis.call('ZCARD', K.schedules) >= tonumber(A.schedulesMax) then
  return { 'full' }
end
local revision = string.format('%.0f', math.max(tonumber(stored[3] or '0') + 1, tonumber(now)))
redis.call('HSET', K.schedule, 'spec', A.spec, 'rule', A.rule, 'revision', revision, 'changedAt', now)
redis.call('HDEL', K.schedule, 'error')
if stored[2] ~= A.rule then
  redis.call('HSET', K.schedule, 'due', A.due)
  if A.due == '' or stored[4] then
    redis.call('ZREM', K.schedulesDue, A.name)
  else
    redis.call('ZADD', K.schedulesDue, A.due, A.name)
  end
end
if stored[1] then
  return { 'replaced' }
end
redis.call('HSET', K.schedule, 'createdAt', now, 'missed', '0')
redis.call('ZADD', K.schedules, '0', A.name)
return { 'created' }`,
};
