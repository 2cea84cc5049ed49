-- How much there is of everything, and how old the oldest of it. Looks at the ends of lists only.
--
-- include: clock.lua
--
-- KEYS
--   statusPending: runs:pending
--   statusRunning: runs:running
--   statusWaiting: runs:waiting
--   statusCancelling: runs:cancelling
--   statusCompleted: runs:completed
--   statusFailed: runs:failed
--   statusCancelled: runs:cancelled
--   leases: leases
--   permitsWaiting: permits:waiting
--   gatesOpen: gates:open
--   outbox: outbox
--   schedulesDue: schedules:due
--   timers: timers
-- REPLIES
--   counts: now; sizes of the lists but the last two, in the order of KEYS; first times of leases, gates, outbox, schedules, timers

local counted = {
  K.statusPending, K.statusRunning, K.statusWaiting, K.statusCancelling, K.statusCompleted, K.statusFailed,
  K.statusCancelled, K.leases, K.permitsWaiting, K.gatesOpen, K.outbox,
}
local sizes = {}
for index = 1, #counted do
  sizes[index] = redis.call('ZCARD', counted[index])
end

local function first_score(key)
  local first = redis.call('ZRANGE', key, '0', '0', 'WITHSCORES')
  return first[2] and string.format('%.0f', tonumber(first[2])) or ''
end

-- An entry begins with the time since when it is there.
local function first_time(key)
  local since = string.match(redis.call('ZRANGE', key, '0', '0')[1] or '', '^%d+')
  return since and string.format('%.0f', tonumber(since)) or ''
end

return {
  'counts', now, sizes,
  {
    first_score(K.leases), first_time(K.gatesOpen), first_score(K.outbox), first_score(K.schedulesDue),
    first_score(K.timers),
  },
}
