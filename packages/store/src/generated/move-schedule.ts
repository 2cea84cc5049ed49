// Generated from lua/move_schedule.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface MoveScheduleKeys {
  /** schedule:<name> */
  readonly schedule: string;
  /** schedule:<name>:firings */
  readonly scheduleFirings: string;
  /** schedules:due */
  readonly schedulesDue: string;
}

export interface MoveScheduleValues {
  /** JSON */
  readonly firing: ScriptValue;
  /** the due time it is about, epoch ms */
  readonly firingAt: ScriptValue;
  /** run that was started, or empty */
  readonly startedRunId: ScriptValue;
  /** JSON of why none could be, or empty */
  readonly error: ScriptValue;
  /** firings kept */
  readonly firingsMax: ScriptValue;
  /** of the schedule */
  readonly name: ScriptValue;
  /** of the spec by which `next` was worked out */
  readonly revision: ScriptValue;
  /** due time, epoch ms, or empty when there is none any more */
  readonly next: ScriptValue;
  /** due times that are missed with it */
  readonly missed: ScriptValue;
}

/**
 * - done: recorded and moved
 * - moved: it stands elsewhere, or its spec is another one
 * - not_found: there is no such schedule
 */
export type MoveScheduleTag = "done" | "moved" | "not_found";

/**
 * Records what became of the due time at which a schedule stands, and moves it to the next one. Once per due time: whoever comes
 * later finds the schedule elsewhere, and may only tell of a run that was started.
 */
export const moveSchedule: Script<MoveScheduleKeys, MoveScheduleValues, MoveScheduleTag> = {
  name: "move_schedule",
  keys: ["schedule", "scheduleFirings", "schedulesDue"],
  values: ["firing", "firingAt", "startedRunId", "error", "firingsMax", "name", "revision", "next", "missed"],
  sha1: "2bd70d6c62651ff60b0eb353780f5600d535a6fd",
  source: `local KEYS = KEYS
local ARGV = ARGV
local function record_firing()
  local last_at = redis.call('HGET', KEYS[1], 'lastAt') or '0'
  if tonumber(ARGV[2]) >= tonumber(last_at) then
    redis.call('HSET', KEYS[1], 'lastAt', ARGV[2], 'last', ARGV[1])
    if ARGV[3] ~= '' then
      redis.call('HSET', KEYS[1], 'lastRunId', ARGV[3])
      redis.call('HDEL', KEYS[1], 'error')
    elseif ARGV[4] ~= '' then
      redis.call('HSET', KEYS[1], 'error', ARGV[4])
    end
  end
  redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
  redis.call('ZREMRANGEBYRANK', KEYS[2], '0', '-' .. string.format('%.0f', tonumber(ARGV[5]) + 1))
end
local standing = redis.call('HMGET', KEYS[1], 'revision', 'due', 'pausedAt')
if not standing[1] then
  return { 'not_found' }
end
if standing[1] ~= ARGV[7] or standing[2] ~= ARGV[2] then
  if ARGV[3] ~= '' then
    local known = redis.call('ZRANGEBYSCORE', KEYS[2], ARGV[2], ARGV[2], 'LIMIT', '0', '1')
    if not known[1] then
      record_firing()
    end
  end
  return { 'moved' }
end
redis.call('HSET', KEYS[1], 'due', ARGV[8])
redis.call('HINCRBY', KEYS[1], 'missed', ARGV[9])
record_firing()
if ARGV[8] == '' or standing[3] then
  redis.call('ZREM', KEYS[3], ARGV[6])
else
  redis.call('ZADD', KEYS[3], ARGV[8], ARGV[6])
end
return { 'done' }`,
};
