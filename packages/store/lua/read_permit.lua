-- What a run waits for in line: the scope, its permits, who holds them, how many are before it.
--
-- include: permits.lua
--
-- KEYS
--   permitsHeld: permits:held
--   permitsWaiting: permits:waiting
--   permitsWaiters: permits:waiters
-- ARGV
--   runId: id of the run
-- REPLIES
--   waits: scope, permits (or empty), held, runs before this one, members of a few permits
--   none: the run is in no line

local waits = redis.call('HGET', K.permitsWaiters, A.runId)
if not waits then
  return { 'none' }
end
local scope, order = string.match(waits, '^(%S+) (%S+)')
local limit = limit_of(scope)
local first, last = '[' .. scope .. ' ', '(' .. scope .. ' ' .. order .. ' ' .. A.runId
return {
  'waits', scope, limit and string.format('%.0f', limit) or '', string.format('%.0f', count_held(scope)),
  string.format('%.0f', redis.call('ZLEXCOUNT', K.permitsWaiting, first, last)),
  redis.call('ZRANGEBYLEX', K.permitsHeld, first, '(' .. scope .. '!', 'LIMIT', '0', '2'),
}
