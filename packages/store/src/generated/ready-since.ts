// Generated from lua/ready_since.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ReadySinceKeys {
  /** timers */
  readonly timers: string;
  /** run:<id> */
  readonly run: string;
  /** run:<id>:inbox */
  readonly inbox: string;
}

export interface ReadySinceValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
}

/**
 * - ready: epoch ms
 * - unknown: somebody works on it, it is gone, or it waited for a permit and nobody knows how long
 */
export type ReadySinceTag = "ready" | "unknown";

/**
 * Since when a run that nobody owns has been ready for a worker. What a sweeper has told already no longer has its time, so a
 * fresh run then counts from its start, another from its first unread event.
 */
export const readySince: Script<ReadySinceKeys, ReadySinceValues, ReadySinceTag> = {
  name: "ready_since",
  keys: ["timers", "run", "inbox"],
  values: ["now", "runId"],
  sha1: "916bc7c08c185134bd30656e50183c151c7e273f",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local wants_since = redis.call('ZSCORE', KEYS[1], ARGV[2])
if wants_since and tonumber(wants_since) <= tonumber(now) then
  return { 'ready', string.format('%.0f', tonumber(wants_since)) }
end
local run = redis.call('HMGET', KEYS[2], 'owner', 'generation', 'row', 'readyAt', 'permits', 'status', 'wakeAt')
local is_parked = (run[6] == 'waiting' or run[6] == 'cancelling') and not run[1]
if not wants_since and is_parked and run[7] and tonumber(run[7]) <= tonumber(now) then
  return { 'ready', run[7] }
end
if run[1] or not run[2] or run[5] then
  return { 'unknown' }
end
if run[2] == '0' then
  return { 'ready', run[4] or string.format('%.0f', tonumber(string.match(run[3], '^%d+'))) }
end
local event = redis.call('LINDEX', KEYS[3], '0') or ''
local at = string.match(event, '^{"at":(%d+)') or string.match(event, '^{"type":"%a+","at":(%d+)')
if at then
  return { 'ready', at }
end
return { 'unknown' }`,
};
