-- Makes one decision of a run durable and shows the owner alive.
--
-- include: clock.lua
-- include: fenced.lua
-- include: apply_commit.lua
-- include: count_usage.lua
-- include: unread.lua
--
-- KEYS
--   leases: leases
-- ARGV
--   status: status the run should have afterwards
--   progress: 1 when the run came forward with this commit, else empty
--   signOfLifeMs: age of the owner's last sign of life from which on a commit gives another
--   usage[]: what is to be counted for the workflow, in the order of count_usage; or nothing
-- REPLIES
--   ok: unread events, cancel request
--   duplicate: unread events, cancel request; this commit was made before

local function sign_of_life()
  if was_heard_at and tonumber(now) - tonumber(was_heard_at) < tonumber(A.signOfLifeMs) then
    return {}
  end
  redis.call('ZADD', K.leases, now, A.runId)
  return { 'heartbeatAt', now }
end

if not duplicate then
  local to = open_status(status, A.status)
  if has_ended(to) or not may_become(status, to) then
    return illegal_status(status, to)
  end
  apply_commit(status, to, sign_of_life())
  -- A commit alone says nothing, every owner begins with one.
  if A.progress ~= '' and has_recoveries then
    redis.call('HDEL', K.run, 'recoveries')
  end
  if #A.usage > 0 then
    count_usage(workflow, A.usage)
  end
end
return { duplicate and 'duplicate' or 'ok', unread_events(inbox_seen), cancel_request }
