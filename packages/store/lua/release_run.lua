-- A last commit, after which nobody owns the run and it wants to go on elsewhere at once.
--
-- include: clock.lua
-- include: fenced.lua
-- include: apply_commit.lua
-- include: count_usage.lua
-- include: give_back_lease.lua
--
-- KEYS
--   leases: leases
--   timers: timers
-- ARGV
--   usage[]: what is to be counted for the workflow, in the order of count_usage; or nothing
-- REPLIES
--   yielded: nobody owns the run

if not owned then
  return { 'yielded' }
end
local to = open_status(status, 'pending')
local left_with_owner = { 'owner', 'tookOver', 'heartbeatAt', 'recoveries' }
if duplicate then
  set_status(K.run, row, status, to)
  redis.call('HDEL', K.run, unpack(left_with_owner))
else
  apply_commit(status, to, {}, left_with_owner)
  if #A.usage > 0 then
    count_usage(workflow, A.usage)
  end
end
redis.call('ZREM', K.leases, A.runId)
redis.call('ZADD', K.timers, now, A.runId)
give_back_lease(A.nonce)
return { 'yielded' }
