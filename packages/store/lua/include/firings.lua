-- What became of the due times of a schedule: the newest ones, by their time.
--
-- KEYS
--   schedule: schedule:<name>
--   scheduleFirings: schedule:<name>:firings
-- ARGV
--   firing: JSON
--   firingAt: the due time it is about, epoch ms
--   startedRunId: run that was started, or empty
--   error: JSON of why none could be, or empty
--   firingsMax: firings kept

-- A slow worker may tell of a due time before the last one: that stays the last.
local function record_firing()
  local last_at = redis.call('HGET', K.schedule, 'lastAt') or '0'
  if tonumber(A.firingAt) >= tonumber(last_at) then
    redis.call('HSET', K.schedule, 'lastAt', A.firingAt, 'last', A.firing)
    if A.startedRunId ~= '' then
      redis.call('HSET', K.schedule, 'lastRunId', A.startedRunId)
      redis.call('HDEL', K.schedule, 'error')
    elseif A.error ~= '' then
      redis.call('HSET', K.schedule, 'error', A.error)
    end
  end
  redis.call('ZADD', K.scheduleFirings, A.firingAt, A.firing)
  redis.call('ZREMRANGEBYRANK', K.scheduleFirings, '0', '-' .. string.format('%.0f', tonumber(A.firingsMax) + 1))
end
