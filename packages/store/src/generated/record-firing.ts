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
  sha1: "8f4bbd16ad9ae6b8b23766b3095bc363f8e50f95",
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
if redis.call('EXISTS', KEYS[1]) == 0 then
  return { 'not_found' }
end
record_firing()
return { 'done' }`,
};
