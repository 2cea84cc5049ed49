-- Permits: how many runs of a scope may be worked on at once, who holds one, who waits for one. A scope is a workflow, or
-- a workflow, a slash and a key. No part of a member has a space, so the members of a scope lie together.
--
-- include: clock.lua
-- include: outbox.lua
--
-- KEYS
--   timers: timers
--   permitsHeld: permits:held
--   permitsWaiting: permits:waiting
--   permitsWaiters: permits:waiters
--   limitsDeclared: limits:declared
--   limitsSet: limits:set

-- Runs let in by one look at a scope: a limit that is raised lets in more with each permit that is given back.
local let_in_max = 20
-- An order is 0 (begun) or 1, seven digits of priority, and this.
local time_of_asking = string.format('%015.0f', tonumber(now))
-- Runs that got the last permit they needed in this script, for the caller to wake: id and pool as JSON in turn.
local granted = {}

local function count_held(scope)
  return redis.call('ZLEXCOUNT', K.permitsHeld, '[' .. scope .. ' ', '(' .. scope .. '!')
end

local function count_waiting(scope)
  return redis.call('ZLEXCOUNT', K.permitsWaiting, '[' .. scope .. ' ', '(' .. scope .. '!')
end

-- How many permits an operator has set; nil when none has.
local function set_limit_of(scope)
  local workflow, key = string.match(scope, '^([^/]*)(.*)$')
  local total, per_key = string.match(redis.call('HGET', K.limitsSet, workflow) or '- -', '^(%S+) (%S+)')
  return tonumber(key == '' and total or per_key)
end

-- How many permits there are; nil when nothing limits the scope. What an operator has set goes before what was declared.
local function limit_of(scope)
  return set_limit_of(scope) or tonumber(redis.call('HGET', K.limitsDeclared, scope))
end

-- The same for one run: what others declare for the workflow is not about a run that declares nothing for it.
local function limit_for(scope, asker)
  if asker.total == '-' and not string.find(scope, '/', 1, true) then
    return set_limit_of(scope)
  end
  return limit_of(scope)
end

-- Takes a permit of the scope for a run that has none, or puts the run in line. `asker` names id, order, total and pool.
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

-- A permit of a key alone is not enough where the workflow is limited too. There the run is the newest in line, however
-- long it waited for its key: else a key with many old runs would keep the others waiting.
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

-- The run wants a worker now. Ids of runs need no escapes in JSON.
local function grant(asker)
  local id = 'permit:' .. asker.id
  redis.call('HDEL', K.permitsWaiters, asker.id)
  redis.call('ZADD', K.timers, now, asker.id)
  add_to_outbox(id, '{"id":"' .. id .. '","runId":"' .. asker.id .. '","type":"wake","targetId":"' .. asker.id
    .. '","pool":' .. asker.pool .. '}')
  granted[#granted + 1] = asker.id
  granted[#granted + 1] = asker.pool
end

-- Gives what is free in a scope to those who are first in line.
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

-- What was declared for a scope is kept while somebody uses it.
local function forget_unused(scope)
  if count_held(scope) == 0 and count_waiting(scope) == 0 then
    redis.call('HDEL', K.limitsDeclared, scope)
  end
end
