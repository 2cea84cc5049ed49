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
  sha1: "3a3cbb1aaa61ead86e591588462e25e789296c90",
  source: `local K = {
  outbox = KEYS[1],
  outboxEntries = KEYS[2],
  timers = KEYS[3],
  permitsHeld = KEYS[4],
  permitsWaiting = KEYS[5],
  permitsWaiters = KEYS[6],
  limitsDeclared = KEYS[7],
  limitsSet = KEYS[8],
}
local A = {
  now = ARGV[1],
  workflow = ARGV[2],
  set = ARGV[3],
  setMax = ARGV[4],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local function add_to_outbox(id, entry)
  redis.call('ZADD', K.outbox, now, id)
  redis.call('HSET', K.outboxEntries, id, entry)
end
local let_in_max = 20
local time_of_asking = string.format('%015.0f', tonumber(now))
local granted = {}
local function count_held(scope)
  return redis.call('ZLEXCOUNT', K.permitsHeld, '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function count_waiting(scope)
  return redis.call('ZLEXCOUNT', K.permitsWaiting, '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function set_limit_of(scope)
  local workflow, key = string.match(scope, '^([^/]*)(.*)$')
  local total, per_key = string.match(redis.call('HGET', K.limitsSet, workflow) or '- -', '^(%S+) (%S+)')
  return tonumber(key == '' and total or per_key)
end
local function limit_of(scope)
  return set_limit_of(scope) or tonumber(redis.call('HGET', K.limitsDeclared, scope))
end
local function limit_for(scope, asker)
  if asker.total == '-' and not string.find(scope, '/', 1, true) then
    return set_limit_of(scope)
  end
  return limit_of(scope)
end
local function enter(scope, asker)
  if redis.call('ZSCORE', K.permitsHeld, scope .. ' ' .. asker.id) then
    return true
  end
  local limit = limit_for(scope, asker)
  if not limit then
    return true
  end
  local has_begun = string.sub(asker.order, 1, 1) == '0'
  if count_held(scope) < limit and (has_begun or count_waiting(scope) == 0) then
    redis.call('ZADD', K.permitsHeld, '0', scope .. ' ' .. asker.id)
    return true
  end
  redis.call('ZADD', K.permitsWaiting, '0', scope .. ' ' .. asker.order .. ' ' .. asker.id)
  redis.call(
    'HSET', K.permitsWaiters, asker.id, scope .. ' ' .. asker.order .. ' ' .. asker.total .. ' ' .. asker.pool
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
    redis.call('HSETNX', K.limitsDeclared, workflow, asker.total)
  end
  return enter(workflow, asker)
end
local function grant(asker)
  local id = 'permit:' .. asker.id
  redis.call('HDEL', K.permitsWaiters, asker.id)
  redis.call('ZADD', K.timers, now, asker.id)
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
  local members = redis.call('ZRANGEBYLEX', K.permitsWaiting, first, last, 'LIMIT', '0', most)
  for index = 1, #members do
    local asker = { id = string.match(members[index], '(%S+)$') }
    local waits = redis.call('HGET', K.permitsWaiters, asker.id)
    asker.order, asker.total, asker.pool = string.match(waits, '^%S+ (%S+) (%S+) (.*)$')
    redis.call('ZREM', K.permitsWaiting, members[index])
    redis.call('ZADD', K.permitsHeld, '0', scope .. ' ' .. asker.id)
    if enter_workflow(scope, asker) then
      grant(asker)
    end
  end
end
local function forget_unused(scope)
  if count_held(scope) == 0 and count_waiting(scope) == 0 then
    redis.call('HDEL', K.limitsDeclared, scope)
  end
end
local was_set = redis.call('HEXISTS', K.limitsSet, A.workflow)
if A.set == '' then
  redis.call('HDEL', K.limitsSet, A.workflow)
elseif was_set == 0 and redis.call('HLEN', K.limitsSet) >= tonumber(A.setMax) then
  return { 'full' }
else
  redis.call('HSET', K.limitsSet, A.workflow, A.set)
end
let_in(A.workflow)
forget_unused(A.workflow)
return { 'done', was_set == 1 and '1' or '', granted }`,
};
