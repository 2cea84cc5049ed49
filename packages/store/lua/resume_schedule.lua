-- Lets a paused schedule go on at a due time.
--
-- KEYS
--   schedule: schedule:<name>
--   schedulesDue: schedules:due
-- ARGV
--   name: of the schedule
--   revision: of the spec by which `due` was worked out
--   due: due time, epoch ms, or empty when there is none any more
-- REPLIES
--   resumed: it stands at the due time
--   changed: its spec is another one by now
--   not_paused: it goes on already
--   not_found: there is no such schedule

local standing = redis.call('HMGET', K.schedule, 'revision', 'pausedAt')
if not standing[1] then
  return { 'not_found' }
end
if not standing[2] then
  return { 'not_paused' }
end
if standing[1] ~= A.revision then
  return { 'changed' }
end
redis.call('HSET', K.schedule, 'due', A.due)
redis.call('HDEL', K.schedule, 'pausedAt', 'pausedBy')
if A.due ~= '' then
  redis.call('ZADD', K.schedulesDue, A.due, A.name)
end
return { 'resumed' }
