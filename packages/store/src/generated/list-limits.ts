// Generated from lua/list_limits.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ListLimitsKeys {
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
  keys: ["outbox", "outboxEntries", "timers", "permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet"],
  values: ["now", "after", "limit"],
  sha1: "7484fe7f44b8c6f7905e67cf63272324712c53ff",
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
  after = ARGV[2],
  limit = ARGV[3],
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
local after = A.after
for _ = 1, tonumber(A.limit) do
  local from = after == '' and '-' or '(' .. after .. '!'
  local held = redis.call('ZRANGEBYLEX', K.permitsHeld, from, '+', 'LIMIT', '0', '1')[1]
  local waiting = redis.call('ZRANGEBYLEX', K.permitsWaiting, from, '+', 'LIMIT', '0', '1')[1]
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
