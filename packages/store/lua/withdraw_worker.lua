-- Takes a worker out of the list of those that are there.
--
-- KEYS
--   workers: workers
--   workersInfo: workers:info
-- ARGV
--   worker: id
-- REPLIES
--   withdrawn: it is gone, or was before

redis.call('ZREM', K.workers, A.worker)
redis.call('HDEL', K.workersInfo, A.worker)
return { 'withdrawn' }
