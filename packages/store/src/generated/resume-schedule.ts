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
  sha1: "94bc6dd89312a8be03b8f1de2a0a1c9ad5b1d677",
  source: `local KEYS = KEYS
local ARGV = ARGV
local standing = redis.call('HMGET', KEYS[1], 'revision', 'pausedAt')
if not standing[1] then
  return { 'not_found' }
end
if not standing[2] then
  return { 'not_paused' }
end
if standing[1] ~= ARGV[2] then
  return { 'changed' }
end
redis.call('HSET', KEYS[1], 'due', ARGV[3])
redis.call('HDEL', KEYS[1], 'pausedAt', 'pausedBy')
if ARGV[3] ~= '' then
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
end
return { 'resumed' }`,
};
