-- Adds a schedule or replaces what it says. The same again writes nothing, however many say it at once; a change that leaves the
-- due times as they are leaves the schedule where it stands.
--
-- include: clock.lua
--
-- KEYS
--   schedule: schedule:<name>
--   schedules: schedules
--   schedulesDue: schedules:due
-- ARGV
--   name: of the schedule
--   spec: JSON, always in the same order
--   rule: JSON of what decides about due times
--   due: first due time by this rule, epoch ms, or empty
--   schedulesMax: schedules that may be there
-- REPLIES
--   created: it is there now
--   replaced: it says something else now
--   unchanged: it said the same
--   full: there are too many others

local stored = redis.call('HMGET', K.schedule, 'spec', 'rule', 'revision', 'pausedAt')
if stored[1] == A.spec then
  return { 'unchanged' }
end
if not stored[1] and redis.call('ZCARD', K.schedules) >= tonumber(A.schedulesMax) then
  return { 'full' }
end
-- A number that grows even when a schedule is removed and added again: a worker may still believe in the former one.
local revision = string.format('%.0f', math.max(tonumber(stored[3] or '0') + 1, tonumber(now)))
redis.call('HSET', K.schedule, 'spec', A.spec, 'rule', A.rule, 'revision', revision, 'changedAt', now)
redis.call('HDEL', K.schedule, 'error')
if stored[2] ~= A.rule then
  redis.call('HSET', K.schedule, 'due', A.due)
  if A.due == '' or stored[4] then
    redis.call('ZREM', K.schedulesDue, A.name)
  else
    redis.call('ZADD', K.schedulesDue, A.due, A.name)
  end
end
if stored[1] then
  return { 'replaced' }
end
redis.call('HSET', K.schedule, 'createdAt', now, 'missed', '0')
redis.call('ZADD', K.schedules, '0', A.name)
return { 'created' }
