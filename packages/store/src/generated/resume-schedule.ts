// Generated from lua/resume_schedule.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ResumeScheduleKeys {
  /** schedule:<name> */
  readonly schedule: string;
  /** schedules:due */
  readonly schedulesDue: string;
}

export interface ResumeScheduleValues {
  /** of the schedule */
  readonly name: ScriptValue;
  /** of the spec by which `due` was worked out */
  readonly revision: ScriptValue;
  /** due time, epoch ms, or empty when there is none any more */
  readonly due: ScriptValue;
}

/**
 * - resumed: it stands at the due time
 * - changed: its spec is another one by now
 * - not_paused: it goes on already
 * - not_found: there is no such schedule
 */
export type ResumeScheduleTag = "resumed" | "changed" | "not_paused" | "not_found";

/**
 * Lets a paused schedule go on at a due time.
 */
export const resumeSchedule: Script<ResumeScheduleKeys, ResumeScheduleValues, ResumeScheduleTag> = {
  name: "resume_schedule",
  keys: ["schedule", "schedulesDue"],
  values: ["name", "revision", "due"],
  sha1: "0af4ed9ae30a65620b76a12fa8c90383b836d9b2",
  source: `local K = {
  schedule = KEYS[1],
  schedulesDue = KEYS[2],
}
local A = {
  name = ARGV[1],
  revision = ARGV[2],
  due = ARGV[3],
}
local standing = redis.call('HMGET', K.schedule, 'revision', 'pausedAt')
if not standing[1] then
  return { 'not_found' }
end
if not standing[2] then
  return { 'not_paused' }
end
if standing[1] ~= A.revision then
  return { 'changed' }
end
redis.call('HSET', K.schedule, 'due', A.due)
redis.call('HDEL', K.schedule, 'pausedAt', 'pausedBy')
if A.due ~= '' then
  redis.call('ZADD', K.schedulesDue, A.due, A.name)
end
return { 'resumed' }`,
};
