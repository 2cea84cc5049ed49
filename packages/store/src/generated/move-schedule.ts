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
  sha1: "25949643fe078a10fc98d0171f78459e49869369",
  source: `local K = {
  schedule = KEYS[1],
  scheduleFirings = KEYS[2],
  schedulesDue = KEYS[3],
}
local A = {
  firing = ARGV[1],
  firingAt = ARGV[2],
  startedRunId = ARGV[3],
  error = ARGV[4],
  firingsMax = ARGV[5],
  name = ARGV[6],
  revision = ARGV[7],
  next = ARGV[8],
  missed = ARGV[9],
}
local function record_firing()
  local last_at = redis.call('HGET', K.schedule, 'lastAt') or '0'
  if tonumber(A.firingAt) >= tonumber(last_at) then
    redis.call('HSET', K.schedule, 'lastAt', A.firingAt, 'last', A.firing)
    if A.startedRunId ~= '' then
      redis.call('HSET', K.schedule, 'lastRunId', A.startedRunId)
      redis.call('HDEL', K.schedule, 'error')
    elseif A.error ~= '' then
      redis.call('HSET', K.schedule, 'error', A.error)
    end
  end
  redis.call('ZADD', K.scheduleFirings, A.firingAt, A.firing)
  redis.call('ZREMRANGEBYRANK', K.scheduleFirings, '0', '-' .. string.format('%.0f', tonumber(A.firingsMax) + 1))
end
local standing = redis.call('HMGET', K.schedule, 'revision', 'due', 'pausedAt')
if not standing[1] then
  return { 'not_found' }
end
if standing[1] ~= A.revision or standing[2] ~= A.firingAt then
  if A.startedRunId ~= '' then
    local known = redis.call('ZRANGEBYSCORE', K.scheduleFirings, A.firingAt, A.firingAt, 'LIMIT', '0', '1')
    if not known[1] then
      record_firing()
    end
  end
  return { 'moved' }
end
redis.call('HSET', K.schedule, 'due', A.next)
redis.call('HINCRBY', K.schedule, 'missed', A.missed)
record_firing()
if A.next == '' or standing[3] then
  redis.call('ZREM', K.schedulesDue, A.name)
else
  redis.call('ZADD', K.schedulesDue, A.next, A.name)
end
return { 'done' }`,
};
