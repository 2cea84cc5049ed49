-- Records a run of a schedule that was started by hand. The due time stays.
--
-- include: firings.lua
--
-- REPLIES
--   done: recorded
--   not_found: there is no such schedule

if redis.call('EXISTS', K.schedule) == 0 then
  return { 'not_found' }
end
record_firing()
return { 'done' }
