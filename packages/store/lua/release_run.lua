-- A last commit, after which nobody owns the run and it wants to go on elsewhere at once.
--
-- include: clock.lua
-- include: fenced.lua
-- include: apply_commit.lua
--
-- KEYS
--   timers: timers
-- REPLIES
--   yielded: nobody owns the run

if not owned then
  return { 'yielded' }
end
local to = open_status(status, 'pending')
if duplicate then
  set_status(K.run, row, status, to)
else
  apply_commit(status, to)
end
forget_recoveries()
redis.call('HDEL', K.run, 'owner', 'tookOver', 'heartbeatAt')
redis.call('ZREM', K.leases, A.runId)
redis.call('ZADD', K.timers, now, A.runId)
return { 'yielded' }
