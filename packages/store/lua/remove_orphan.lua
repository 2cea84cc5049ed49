-- Removes an ended child whose parent was removed, and the child from its parent's list. The last one ends that list.
--
-- include: clock.lua
-- include: statuses.lua
-- include: erase_run.lua
--
-- KEYS
--   run: run:<id>
--   parentChildren: run:<parent>:children
--   runsOrphaning: runs:orphaning
-- ARGV
--   row: entry of the run in lists
--   parentRow: entry its parent had
-- REPLIES
--   removed: gone, or it was gone before
--   open: it has not ended yet

local status = redis.call('HGET', K.run, 'status')
if status and not has_ended(status) then
  return { 'open' }
end
-- A record that has expired leaves its rows to `forget_run`, which knows the workflow.
if status then
  erase_run()
end
redis.call('ZREM', K.parentChildren, A.row)
if redis.call('EXISTS', K.parentChildren) == 0 then
  redis.call('ZREM', K.runsOrphaning, A.parentRow)
end
return { 'removed' }
