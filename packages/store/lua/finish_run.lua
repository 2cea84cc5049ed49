-- A last commit that ends the run: result, parent told, waiting structures removed, expiry set.
--
-- include: clock.lua
-- include: fenced.lua
-- include: apply_commit.lua
-- include: end_run.lua
-- include: give_back_lease.lua
--
-- ARGV
--   status: status the run should have afterwards
--   usage[]: what is to be counted for the workflow, in the order of count_usage; or nothing
-- REPLIES
--   finished: rows of runs whose time is over, when the parent must be woken (now, soon, or empty), runs that got its permits
--   duplicate: the run was ended by this commit before

if not owned then
  return { 'duplicate' }
end
if not has_ended(A.status) or not may_become(status, A.status) then
  return illegal_status(status, A.status)
end
if duplicate then
  set_status(K.run, row, status, A.status)
  write_end()
  if has_recoveries then
    redis.call('HDEL', K.run, 'recoveries')
  end
else
  for _, text in ipairs({ end_texts() }) do
    A.partsSet[#A.partsSet + 1] = text
  end
  apply_commit(status, A.status, { 'endedAt', now }, { 'owner', 'tookOver', 'heartbeatAt', 'recoveries' })
end
give_back_lease(A.nonce)
local forgettable, wake = end_run({
  row = row, workflow = workflow, status = A.status, permits = permits, gates = had_gates or #A.gatesOpened > 0,
  usage = duplicate and {} or A.usage,
})
return { 'finished', forgettable, wake, granted }
