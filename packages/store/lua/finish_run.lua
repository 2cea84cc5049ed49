-- A last commit that ends the run: result, parent told, waiting structures removed, expiry set.
--
-- include: clock.lua
-- include: fenced.lua
-- include: apply_commit.lua
-- include: end_run.lua
--
-- ARGV
--   status: status the run should have afterwards
-- REPLIES
--   finished: rows of runs whose time is over
--   duplicate: the run was ended by this commit before

if not owned then
  return { 'duplicate' }
end
if not has_ended(A.status) or not may_become(status, A.status) then
  return illegal_status(status, A.status)
end
if duplicate then
  set_status(K.run, row, status, A.status)
else
  apply_commit(status, A.status)
end
forget_recoveries()
empty_inbox()
return { 'finished', end_run(row) }
