-- Runs that nobody owns and that want to be looked at now, longest waiting first. Each is told once per interval, so a
-- long row of runs without a free worker does not hide the ones behind it.
--
-- include: clock.lua
--
-- KEYS
--   timers: timers
-- ARGV
--   limit: runs at most
--   againMs: when a run that is still there is told again
-- REPLIES
--   runs: ids

local ids = redis.call('ZRANGEBYSCORE', K.timers, '-inf', now, 'LIMIT', '0', A.limit)
local again_at = string.format('%.0f', tonumber(now) + tonumber(A.againMs))
for index = 1, #ids do
  redis.call('ZADD', K.timers, again_at, ids[index])
end
return { 'runs', ids }
