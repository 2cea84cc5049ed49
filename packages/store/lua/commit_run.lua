-- Makes one decision of a run durable and shows the owner alive.
--
-- include: clock.lua
-- include: fenced.lua
-- include: apply_commit.lua
-- include: unread.lua
--
-- ARGV
--   status: status the run should have afterwards
-- REPLIES
--   ok: unread events, cancel request
--   duplicate: unread events, cancel request; this commit was made before

if not duplicate then
  local to = open_status(status, A.status)
  if has_ended(to) or not may_become(status, to) then
    return illegal_status(status, to)
  end
  apply_commit(status, to)
end
return { duplicate and 'duplicate' or 'ok', unread_events(), cancel_request() }
