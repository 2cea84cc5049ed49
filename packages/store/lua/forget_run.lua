-- Takes a run whose time is over out of Redis and out of the lists. Redis deletes the keys of a root by itself; a child
-- is kept for as long as its root, so its time begins anew while that is there. A run that is open again stays.
--
-- include: clock.lua
-- include: statuses.lua
-- include: keep_for.lua
-- include: erase_run.lua
--
-- KEYS
--   run: run:<id>
--   rootRun: run:<root>, or the run itself without a root
--   runsEnded: runs:ended
-- ARGV
--   row: entry of the run in lists
--   workflow: name
--   isChild: 1, or empty for a root
--   renewMs: how long a child is kept further while its root is open
-- REPLIES
--   forgotten: nothing has it
--   renewed: its root is still there
--   kept: the run is open, or its time is not over

local status = redis.call('HGET', K.run, 'status')
if status then
  if A.isChild == '' or not has_ended(status) then
    return { 'kept' }
  end
  local left_ms = redis.call('PTTL', K.rootRun)
  if left_ms ~= -2 then
    local kept_ms = left_ms < 0 and tonumber(A.renewMs) or left_ms
    keep_for(string.format('%.0f', kept_ms + tonumber(A.childGraceMs)), has_more_keys())
    redis.call('ZADD', K.runsEnded, string.format('%.0f', tonumber(now) + kept_ms), A.row .. ' ' .. A.workflow)
    return { 'renewed' }
  end
end
erase_run()
return { 'forgotten' }
