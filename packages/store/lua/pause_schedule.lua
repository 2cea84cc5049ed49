-- Pauses a schedule: it stays at its due time and nobody looks at it.
--
-- include: clock.lua
--
-- KEYS
--   schedule: schedule:<name>
--   schedulesDue: schedules:due
-- ARGV
--   name: of the schedule
--   by: who asks
-- REPLIES
--   paused: from now on nothing is started
--   already: it was
--   not_found: there is no such schedule

local standing = redis.call('HMGET', K.schedule, 'revision', 'pausedAt')
if not standing[1] then
  return { 'not_found' }
end
if standing[2] then
  return { 'already' }
end
redis.call('HSET', K.schedule, 'pausedAt', now, 'pausedBy', A.by)
redis.call('ZREM', K.schedulesDue, A.name)
return { 'paused' }
