-- Puts an event from outside into a run's inbox, once per dedupe id. Ends a wait; the caller wakes the run.
--
-- include: pool.lua
-- include: clock.lua
-- include: statuses.lua
-- include: inbox.lua
-- include: confirm.lua
--
-- KEYS
--   run: run:<id>
--   inbox: run:<id>:inbox
--   dedupe: run:<id>:inbox:ids
-- ARGV
--   runId: id of the run
--   at: epoch ms of the event, or empty for the time of this script
--   eventTail: JSON of the event after its member `at`
--   dedupeId: id of the event for its sender, or empty
--   inboxMax: events that may wait for a run; also dedupe ids remembered
-- REPLIES
--   appended: status, pool as JSON
--   duplicate: an event with this dedupe id came before, or the entry that asks for it is not there
--   ended: status
--   full: the run has too many unread events
--   not_found: no such run

local stored = redis.call('HMGET', K.run, 'status', 'row', 'owner', 'pool')
if not stored[1] then
  confirm()
  return { 'not_found' }
end
if has_ended(stored[1]) then
  confirm()
  return { 'ended', stored[1] }
end
if A.dedupeId ~= '' and redis.call('ZSCORE', K.dedupe, A.dedupeId) then
  confirm()
  return { 'duplicate' }
end
if redis.call('LLEN', K.inbox) >= tonumber(A.inboxMax) then
  return { 'full' }
end
if not confirm() then
  return { 'duplicate' }
end
if A.dedupeId ~= '' then
  redis.call('ZADD', K.dedupe, now, A.dedupeId)
  redis.call('ZREMRANGEBYRANK', K.dedupe, '0', string.format('%.0f', -tonumber(A.inboxMax) - 1))
end
local status = push_event({
  id = A.runId, run = K.run, inbox = K.inbox,
  status = stored[1], row = stored[2], owner = stored[3],
}, '{"at":' .. (A.at == '' and now or A.at) .. ',' .. A.eventTail)
return { 'appended', status, stored[4] or usual_pool }
