-- Asks for the end of a run: the flag is the truth, the event makes the engine act, the message makes it fast. A repeat
-- only sends the message again. A run that nobody owns still needs a worker for its `always` block; the caller wakes it.
-- A run that no worker has ever taken has nothing to clean up: it ends here, without a worker.
--
-- include: pool.lua
-- include: clock.lua
-- include: statuses.lua
-- include: history.lua
-- include: end_run.lua
-- include: confirm.lua
-- include: return_permits.lua
--
-- KEYS
--   run: run:<id>
--   inbox: run:<id>:inbox
-- ARGV
--   runId: id of the run
--   reason: text
--   by: who asks
--   eventTail: JSON of the event after its member `at`
--   channel: channel of cancel messages
--   cancelledFacts: how a run ends that no worker has ever taken, as text
-- REPLIES
--   requested: status, pool as JSON, runs that got its permits
--   cancelled: rows of runs whose time is over, runs that got its permits; the run has ended
--   already: reason, by, at of the first request
--   ended: status
--   not_found: no such run

local stored = redis.call(
  'HMGET', K.run, 'status', 'row', 'owner', 'pool', 'cancelReason', 'cancelBy', 'cancelAt', 'generation',
  'workflow', 'permits'
)
if not stored[1] then
  return { 'not_found' }
end
confirm()
if has_ended(stored[1]) then
  return { 'ended', stored[1] }
end
if stored[7] then
  redis.call('PUBLISH', A.channel, A.runId)
  return { 'already', stored[5], stored[6], stored[7] }
end
redis.call('HSET', K.run, 'cancelReason', A.reason, 'cancelBy', A.by, 'cancelAt', now)
if stored[8] == '0' then
  set_status(K.run, stored[2], stored[1], 'cancelled')
  add_facts(A.cancelledFacts)
  fit_history()
  write_end()
  local ended = { row = stored[2], workflow = stored[9], status = 'cancelled', permits = stored[10] }
  return { 'cancelled', end_run(ended), granted }
end
redis.call('PUBLISH', A.channel, A.runId)
set_status(K.run, stored[2], stored[1], 'cancelling')
push_event({
  id = A.runId, run = K.run, inbox = K.inbox,
  status = 'cancelling', row = stored[2], owner = stored[3],
}, '{"at":' .. now .. ',' .. A.eventTail)
-- Its `always` block needs no permit. A run that somebody works on keeps what it has to its end.
if not stored[3] then
  return_permits(stored[9], stored[10])
end
return { 'requested', 'cancelling', stored[4] or usual_pool, granted }
