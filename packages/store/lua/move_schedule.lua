-- Records what became of the due time at which a schedule stands, and moves it to the next one. Once per due time: whoever comes
-- later finds the schedule elsewhere, and may only tell of a run that was started.
--
-- include: firings.lua
--
-- KEYS
--   schedulesDue: schedules:due
-- ARGV
--   name: of the schedule
--   revision: of the spec by which `next` was worked out
--   next: due time, epoch ms, or empty when there is none any more
--   missed: due times that are missed with it
-- REPLIES
--   done: recorded and moved
--   moved: it stands elsewhere, or its spec is another one
--   not_found: there is no such schedule

local standing = redis.call('HMGET', K.schedule, 'revision', 'due', 'pausedAt')
if not standing[1] then
  return { 'not_found' }
end
if standing[1] ~= A.revision or standing[2] ~= A.firingAt then
  if A.startedRunId ~= '' then
    local known = redis.call('ZRANGEBYSCORE', K.scheduleFirings, A.firingAt, A.firingAt, 'LIMIT', '0', '1')
    if not known[1] then
      record_firing()
    end
  end
  return { 'moved' }
end
redis.call('HSET', K.schedule, 'due', A.next)
redis.call('HINCRBY', K.schedule, 'missed', A.missed)
record_firing()
if A.next == '' or standing[3] then
  redis.call('ZREM', K.schedulesDue, A.name)
else
  redis.call('ZADD', K.schedulesDue, A.next, A.name)
end
return { 'done' }
