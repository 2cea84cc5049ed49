// Generated from lua/record_firing.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface RecordFiringKeys {
  /** schedule:<name> */
  readonly schedule: string;
  /** schedule:<name>:firings */
  readonly scheduleFirings: string;
}

export interface RecordFiringValues {
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
}

/**
 * - done: recorded
 * - not_found: there is no such schedule
 */
export type RecordFiringTag = "done" | "not_found";

/**
 * Records a run of a schedule that was started by hand. The due time stays.
 */
export const recordFiring: Script<RecordFiringKeys, RecordFiringValues, RecordFiringTag> = {
  name: "record_firing",
  keys: ["schedule", "scheduleFirings"],
  values: ["firing", "firingAt", "startedRunId", "error", "firingsMax"],
  sha1: "7601f1a1d5537a159bdc443ee95d4fcecdf39ecd",
  source: `local K = {
  schedule = KEYS[1],
  scheduleFirings = KEYS[2],
}
local A = {
  firing = ARGV[1],
  firingAt = ARGV[2],
  startedRunId = ARGV[3],
  error = ARGV[4],
  firingsMax = ARGV[5],
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
if redis.call('EXISTS', K.schedule) == 0 then
  return { 'not_found' }
end
record_firing()
return { 'done' }`,
};
