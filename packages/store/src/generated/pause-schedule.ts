// Generated from lua/pause_schedule.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface PauseScheduleKeys {
  /** schedule:<name> */
  readonly schedule: string;
  /** schedules:due */
  readonly schedulesDue: string;
}

export interface PauseScheduleValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** of the schedule */
  readonly name: ScriptValue;
  /** who asks */
  readonly by: ScriptValue;
}

/**
 * - paused: from now on nothing is started
 * - already: it was
 * - not_found: there is no such schedule
 */
export type PauseScheduleTag = "paused" | "already" | "not_found";

/**
 * Pauses a schedule: it stays at its due time and nobody looks at it.
 */
export const pauseSchedule: Script<PauseScheduleKeys, PauseScheduleValues, PauseScheduleTag> = {
  name: "pause_schedule",
  keys: ["schedule", "schedulesDue"],
  values: ["now", "name", "by"],
  sha1: "fdcf652a53ef43dc2342089085fd3e07d0abaacf",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local standing = redis.call('HMGET', KEYS[1], 'revision', 'pausedAt')
if not standing[1] then
  return { 'not_found' }
end
if standing[2] then
  return { 'already' }
end
redis.call('HSET', KEYS[1], 'pausedAt', now, 'pausedBy', ARGV[3])
redis.call('ZREM', KEYS[2], ARGV[2])
return { 'paused' }`,
};
