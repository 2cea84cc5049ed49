-- Removed runs whose children are still to be removed, longest waiting first. Each is told once per interval, so one
-- with a child that has not ended does not hide the ones behind it.
--
-- include: clock.lua
--
-- KEYS
--   runsOrphaning: runs:orphaning
-- ARGV
--   limit: rows at most
--   againMs: when a row that is still there is told again
-- REPLIES
--   rows: entries the runs had in lists

local rows = redis.call('ZRANGEBYSCORE', K.runsOrphaning, '-inf', now, 'LIMIT', '0', A.limit)
local again_at = string.format('%.0f', tonumber(now) + tonumber(A.againMs))
for index = 1, #rows do
  redis.call('ZADD', K.runsOrphaning, again_at, rows[index])
end
return { 'rows', rows }
