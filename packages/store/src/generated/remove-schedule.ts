// Generated from lua/remove_schedule.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface RemoveScheduleKeys {
  /** schedule:<name> */
  readonly schedule: string;
  /** schedule:<name>:firings */
  readonly scheduleFirings: string;
  /** schedules */
  readonly schedules: string;
  /** schedules:due */
  readonly schedulesDue: string;
}

export interface RemoveScheduleValues {
  /** of the schedule */
  readonly name: ScriptValue;
}

/**
 * - removed: it is gone
 * - not_found: there was none
 */
export type RemoveScheduleTag = "removed" | "not_found";

/**
 * Removes a schedule with its history. Its runs are not touched.
 */
export const removeSchedule: Script<RemoveScheduleKeys, RemoveScheduleValues, RemoveScheduleTag> = {
  name: "remove_schedule",
  keys: ["schedule", "scheduleFirings", "schedules", "schedulesDue"],
  values: ["name"],
  sha1: "3f90cd39ae33fcc3f2a380c677120bbaf7c7af2a",
  source: `local K = {
  schedule = KEYS[1],
  scheduleFirings = KEYS[2],
  schedules = KEYS[3],
  schedulesDue = KEYS[4],
}
local A = {
  name = ARGV[1],
}
if redis.call('ZREM', K.schedules, A.name) == 0 then
  return { 'not_found' }
end
redis.call('ZREM', K.schedulesDue, A.name)
redis.call('DEL', K.schedule, K.scheduleFirings)
return { 'removed' }`,
};
