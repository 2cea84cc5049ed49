// Generated from lua/list_limits.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ListLimitsKeys {
  /** permits:held */
  readonly permitsHeld: string;
  /** permits:waiting */
  readonly permitsWaiting: string;
  /** limits:declared */
  readonly limitsDeclared: string;
  /** limits:set */
  readonly limitsSet: string;
}

export interface ListLimitsValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** scope, or empty */
  readonly after: ScriptValue;
  /** scopes at most */
  readonly limit: ScriptValue;
}

/**
 * - scopes: scope, permits (or empty), held and waiting of each; the last scope when there may be more, else empty
 */
export type ListLimitsTag = "scopes";

/**
 * Scopes that runs hold permits of or wait for, in the order of their names.
 */
export const listLimits: Script<ListLimitsKeys, ListLimitsValues, ListLimitsTag> = {
  name: "list_limits",
  keys: ["permitsHeld", "permitsWaiting", "limitsDeclared", "limitsSet"],
  values: ["now", "after", "limit"],
  sha1: "a7d7667efd36937c6449d6ecaf3977d003f8a0f9",
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
local function count_waiting(scope)
  return redis.call('ZLEXCOUNT', KEYS[2], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function set_limit_of(scope)
  local workflow, key = string.match(scope, '^([^/]*)(.*)$')
  local total, per_key = string.match(redis.call('HGET', KEYS[4], workflow) or '- -', '^(%S+) (%S+)')
  return tonumber(key == '' and total or per_key)
end
local function limit_of(scope)
  return set_limit_of(scope) or tonumber(redis.call('HGET', KEYS[3], scope))
end
local function is_before(a, b)
  for index = 1, math.min(#a, #b) do
    local left, right = string.byte(a, index), string.byte(b, index)
    if left ~= right then
      return left < right
    end
  end
  return #a < #b
end
local rows = {}
local after = ARGV[2]
for _ = 1, tonumber(ARGV[3]) do
  local from = after == '' and '-' or '(' .. after .. '!'
  local held = redis.call('ZRANGEBYLEX', KEYS[1], from, '+', 'LIMIT', '0', '1')[1]
  local waiting = redis.call('ZRANGEBYLEX', KEYS[2], from, '+', 'LIMIT', '0', '1')[1]
  local next_member = held
  if waiting and (not held or is_before(waiting, held)) then
    next_member = waiting
  end
  if not next_member then
    return { 'scopes', rows, '' }
  end
  after = string.match(next_member, '^%S+')
  local limit = limit_of(after)
  rows[#rows + 1] = after
  rows[#rows + 1] = limit and string.format('%.0f', limit) or ''
  rows[#rows + 1] = string.format('%.0f', count_held(after))
  rows[#rows + 1] = string.format('%.0f', count_waiting(after))
end
return { 'scopes', rows, after }`,
};
