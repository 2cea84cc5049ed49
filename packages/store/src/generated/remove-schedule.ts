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
  sha1: "55f703de6f8e0d9e77e9b2fd9fb3b16df40ece3f",
  source: `local KEYS = KEYS
local ARGV = ARGV
if redis.call('ZREM', KEYS[3], ARGV[1]) == 0 then
  return { 'not_found' }
end
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('DEL', KEYS[1], KEYS[2])
return { 'removed' }`,
};
