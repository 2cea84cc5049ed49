-- Runs that nobody owns and that want to be looked at now, longest waiting first. Each is told once per interval, so a
-- long row of runs without a free worker does not hide the ones behind it. The longer the row, the longer the interval: one
-- that was never told comes before those that were.
--
-- include: clock.lua
--
-- KEYS
--   timers: timers
-- ARGV
--   limit: runs at most
--   againMs: when a run that is still there is told again
--   againPerRunMs: and at least so much later for each that is in the row
-- REPLIES
--   runs: ids

local ids = redis.call('ZRANGEBYSCORE', K.timers, '-inf', now, 'LIMIT', '0', A.limit)
local again_ms = math.max(tonumber(A.againMs), redis.call('ZCARD', K.timers) * tonumber(A.againPerRunMs))
local again_at = string.format('%.0f', tonumber(now) + again_ms)
for index = 1, #ids do
  redis.call('ZADD', K.timers, again_at, ids[index])
end
return { 'runs', ids }
