-- A run that nobody works on asks to be worked on.
--
-- include: permits.lua
--
-- KEYS
--   permitsWaiters: permits:waiters
--   limitsDeclared: limits:declared
--   limitsSet: limits:set

-- The newest start decides; a run that goes on after a wait only says what nobody says any more.
local function declare(scope, limit, is_new)
  if limit == '-' then
    return
  end
  if not is_new then
    redis.call('HSETNX', K.limitsDeclared, scope, limit)
  elseif redis.call('HGET', K.limitsDeclared, scope) ~= limit then
    redis.call('HSET', K.limitsDeclared, scope, limit)
    let_in(scope)
  end
end

-- True when the run has every permit it needs. Else it is in line: one that has begun before all fresh ones. `asker`
-- names id, workflow, wanted (as create_run takes it), pool, has_begun and is_new. Almost every run wants none.
local function ask_permits(asker)
  if not asker.wanted and redis.call('HEXISTS', K.limitsSet, asker.workflow) == 0 then
    return true
  end
  local key, per_key, total, priority = string.match(asker.wanted or '- - - 0000000', '^(%S+) (%S+) (%S+) (%S+)$')
  asker.total = total
  asker.order = (asker.has_begun and '0' or '1') .. priority .. time_of_asking
  declare(key, per_key, asker.is_new)
  declare(asker.workflow, total, asker.is_new)
  local waits = redis.call('HGET', K.permitsWaiters, asker.id)
  if not waits and (key == '-' or enter(key, asker)) and enter(asker.workflow, asker) then
    return true
  end
  -- There may be free permits and a line: whoever raised a limit lets in a few at a time, and may have died.
  waits = redis.call('HGET', K.permitsWaiters, asker.id)
  let_in((string.match(waits, '^%S+')))
  return redis.call('HEXISTS', K.permitsWaiters, asker.id) == 0
end
