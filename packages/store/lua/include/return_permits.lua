-- A run gives back what it has of permits and leaves the line: it is parked, has ended, or needs none any more.
--
-- include: permits.lua
--
-- KEYS
--   permitsHeld: permits:held
--   permitsWaiting: permits:waiting
--   permitsWaiters: permits:waiters
-- ARGV
--   runId: id of the run

local function leave_line()
  local waits = redis.call('HGET', K.permitsWaiters, A.runId)
  if waits then
    local scope, order = string.match(waits, '^(%S+) (%S+)')
    redis.call('HDEL', K.permitsWaiters, A.runId)
    redis.call('ZREM', K.permitsWaiting, scope .. ' ' .. order .. ' ' .. A.runId)
    forget_unused(scope)
  end
end

local function return_permit(scope)
  if redis.call('ZREM', K.permitsHeld, scope .. ' ' .. A.runId) == 1 then
    let_in(scope)
    forget_unused(scope)
  end
end

-- `wanted`: as create_run takes it, or nothing. The key first: whoever gets its permit then waits behind the others for the
-- workflow's.
local function return_permits(workflow, wanted)
  -- Where nothing is limited, nobody has one.
  if redis.call('EXISTS', K.permitsHeld, K.permitsWaiters) == 0 then
    return
  end
  leave_line()
  if wanted then
    return_permit((string.match(wanted, '^%S+')))
  end
  return_permit(workflow)
end
