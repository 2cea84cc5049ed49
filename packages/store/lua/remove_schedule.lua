-- Removes a schedule with its history. Its runs are not touched.
--
-- KEYS
--   schedule: schedule:<name>
--   scheduleFirings: schedule:<name>:firings
--   schedules: schedules
--   schedulesDue: schedules:due
-- ARGV
--   name: of the schedule
-- REPLIES
--   removed: it is gone
--   not_found: there was none

if redis.call('ZREM', K.schedules, A.name) == 0 then
  return { 'not_found' }
end
redis.call('ZREM', K.schedulesDue, A.name)
redis.call('DEL', K.schedule, K.scheduleFirings)
return { 'removed' }
