// Generated from lua/set_limit.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface SetLimitKeys {
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
  /** timers */
  readonly timers: string;
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

export interface SetLimitValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
  /** total, per key, ms between starts, burst ("-" = not set), the rate as it was given; or empty to take it back */
  readonly set: ScriptValue;
  /** workflows that may have something set */
  readonly setMax: ScriptValue;
}

/**
 * - done: 1 when there was something set before; runs that got a permit
 * - full: too many workflows have something set
 */
export type SetLimitTag = "done" | "full";

/**
 * Sets what limits a workflow, whatever its definition and its starts say, or takes that back, and lets in whom there is
 * room for now. Runs that hold a permit keep it.
 */
export const setLimit: Script<SetLimitKeys, SetLimitValues, SetLimitTag> = {
  name: "set_limit",
  keys: ["outbox", "outboxEntries", "timers", "permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet"],
  values: ["now", "workflow", "set", "setMax"],
  sha1: "0a7f6a6a7dea970a8b9c7216f9c75e38613199bc",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local function add_to_outbox(id, entry)
  redis.call('ZADD', KEYS[1], now, id)
  redis.call('HSET', KEYS[2], id, entry)
end
local let_in_max = 20
local time_of_asking = string.format('%015.0f', tonumber(now))
local granted = {}
local function count_held(scope)
  return redis.call('ZLEXCOUNT', KEYS[4], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function count_waiting(scope)
  return redis.call('ZLEXCOUNT', KEYS[5], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function set_limit_of(scope)
  local workflow, key = string.match(scope, '^([^/]*)(.*)$')
  local total, per_key = string.match(redis.call('HGET', KEYS[8], workflow) or '- -', '^(%S+) (%S+)')
  return tonumber(key == '' and total or per_key)
end
local function limit_of(scope)
  return set_limit_of(scope) or tonumber(redis.call('HGET', KEYS[7], scope))
end
local function limit_for(scope, asker)
  if asker.total == '-' and not string.find(scope, '/', 1, true) then
    return set_limit_of(scope)
  end
  return limit_of(scope)
end
local function enter(scope, asker)
  if redis.call('ZSCORE', KEYS[4], scope .. ' ' .. asker.id) then
    return true
  end
  local limit = limit_for(scope, asker)
  if not limit then
    return true
  end
  local has_begun = string.sub(asker.order, 1, 1) == '0'
  if count_held(scope) < limit and (has_begun or count_waiting(scope) == 0) then
    redis.call('ZADD', KEYS[4], '0', scope .. ' ' .. asker.id)
    return true
  end
  redis.call('ZADD', KEYS[5], '0', scope .. ' ' .. asker.order .. ' ' .. asker.id)
  redis.call(
    'HSET', KEYS[6], asker.id, scope .. ' ' .. asker.order .. ' ' .. asker.total .. ' ' .. asker.pool
  )
  return false
end
local function enter_workflow(scope, asker)
  local workflow = string.match(scope, '^([^/]*)/')
  if not workflow then
    return true
  end
  asker.order = string.sub(asker.order, 1, 8) .. time_of_asking
  if asker.total ~= '-' then
    redis.call('HSETNX', KEYS[7], workflow, asker.total)
  end
  return enter(workflow, asker)
end
local function grant(asker)
  local id = 'permit:' .. asker.id
  redis.call('HDEL', KEYS[6], asker.id)
  redis.call('ZADD', KEYS[3], now, asker.id)
  add_to_outbox(id, '{"id":"' .. id .. '","runId":"' .. asker.id .. '","type":"wake","targetId":"' .. asker.id
    .. '","pool":' .. asker.pool .. '}')
  granted[#granted + 1] = asker.id
  granted[#granted + 1] = asker.pool
end
local function let_in(scope)
  local room = math.min(let_in_max, (limit_of(scope) or math.huge) - count_held(scope))
  if room <= 0 then
    return
  end
  local first, last, most = '[' .. scope .. ' ', '(' .. scope .. '!', string.format('%.0f', room)
  local members = redis.call('ZRANGEBYLEX', KEYS[5], first, last, 'LIMIT', '0', most)
  for index = 1, #members do
    local asker = { id = string.match(members[index], '(%S+)$') }
    local waits = redis.call('HGET', KEYS[6], asker.id)
    asker.order, asker.total, asker.pool = string.match(waits, '^%S+ (%S+) (%S+) (.*)$')
    redis.call('ZREM', KEYS[5], members[index])
    redis.call('ZADD', KEYS[4], '0', scope .. ' ' .. asker.id)
    if enter_workflow(scope, asker) then
      grant(asker)
    end
  end
end
local function forget_unused(scope)
  if count_held(scope) == 0 and count_waiting(scope) == 0 then
    redis.call('HDEL', KEYS[7], scope)
  end
end
local was_set = redis.call('HEXISTS', KEYS[8], ARGV[2])
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[8], ARGV[2])
elseif was_set == 0 and redis.call('HLEN', KEYS[8]) >= tonumber(ARGV[4]) then
  return { 'full' }
else
  redis.call('HSET', KEYS[8], ARGV[2], ARGV[3])
end
let_in(ARGV[2])
forget_unused(ARGV[2])
return { 'done', was_set == 1 and '1' or '', granted }`,
};
