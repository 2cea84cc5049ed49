-- Workers that were heard of lately, longest silent first.
--
-- include: clock.lua
--
-- KEYS
--   workers: workers
--   workersInfo: workers:info
-- ARGV
--   keptMs: how long a silent worker is told
--   limit: workers at most
-- REPLIES
--   workers: last sign of life and presence as JSON of each, in turn

local since = string.format('(%.0f', tonumber(now) - tonumber(A.keptMs))
local rows = redis.call('ZRANGEBYSCORE', K.workers, since, '+inf', 'WITHSCORES', 'LIMIT', '0', A.limit)
local workers = {}
for index = 1, #rows, 2 do
  workers[index] = string.format('%.0f', tonumber(rows[index + 1]))
  workers[index + 1] = redis.call('HGET', K.workersInfo, rows[index])
end
return { 'workers', workers }
