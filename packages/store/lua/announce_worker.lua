-- Keeps a worker in the list of those that are there, and drops a few that were not heard of for long.
--
-- include: clock.lua
--
-- KEYS
--   workers: workers
--   workersInfo: workers:info
-- ARGV
--   worker: id
--   presence: JSON
--   keptMs: how long a silent worker is kept
-- REPLIES
--   announced: time of the store, epoch ms

redis.call('ZADD', K.workers, now, A.worker)
redis.call('HSET', K.workersInfo, A.worker, A.presence)
local before = string.format('%.0f', tonumber(now) - tonumber(A.keptMs))
local silent = redis.call('ZRANGEBYSCORE', K.workers, '-inf', before, 'LIMIT', '0', '20')
for index = 1, #silent do
  redis.call('ZREM', K.workers, silent[index])
  redis.call('HDEL', K.workersInfo, silent[index])
end
return { 'announced', now }
