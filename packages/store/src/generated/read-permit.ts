// Generated from lua/read_permit.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ReadPermitKeys {
  /** permits:held */
  readonly permitsHeld: string;
  /** permits:waiting */
  readonly permitsWaiting: string;
  /** permits:waiters */
  readonly permitsWaiters: string;
  /** limits:declared */
  readonly limitsDeclared: string;
  /** limits:set */
  readonly limitsSet: string;
}

export interface ReadPermitValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
}

/**
 * - waits: scope, permits (or empty), held, runs before this one, members of a few permits
 * - none: the run is in no line
 */
export type ReadPermitTag = "waits" | "none";

/**
 * What a run waits for in line: the scope, its permits, who holds them, how many are before it.
 */
export const readPermit: Script<ReadPermitKeys, ReadPermitValues, ReadPermitTag> = {
  name: "read_permit",
  keys: ["permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet"],
  values: ["now", "runId"],
  sha1: "77bf18ae1e125c1a1e60b95e4ac52433733c5c51",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local let_in_max = 20
local time_of_asking = string.format('%015.0f', tonumber(now))
local granted = {}
local function count_held(scope)
  return redis.call('ZLEXCOUNT', KEYS[1], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function set_limit_of(scope)
  local workflow, key = string.match(scope, '^([^/]*)(.*)$')
  local total, per_key = string.match(redis.call('HGET', KEYS[5], workflow) or '- -', '^(%S+) (%S+)')
  return tonumber(key == '' and total or per_key)
end
local function limit_of(scope)
  return set_limit_of(scope) or tonumber(redis.call('HGET', KEYS[4], scope))
end
local waits = redis.call('HGET', KEYS[3], ARGV[2])
if not waits then
  return { 'none' }
end
local scope, order = string.match(waits, '^(%S+) (%S+)')
local limit = limit_of(scope)
local first, last = '[' .. scope .. ' ', '(' .. scope .. ' ' .. order .. ' ' .. ARGV[2]
return {
  'waits', scope, limit and string.format('%.0f', limit) or '', string.format('%.0f', count_held(scope)),
  string.format('%.0f', redis.call('ZLEXCOUNT', KEYS[2], first, last)),
  redis.call('ZRANGEBYLEX', KEYS[1], first, '(' .. scope .. '!', 'LIMIT', '0', '2'),
}`,
};
