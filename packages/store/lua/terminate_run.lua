-- Ends a run at once, whatever its worker does: the generation grows, so the owner is refused from now on. Nothing of
-- the run is executed any more, its `always` block neither. The children are cancelled through the outbox.
--
-- include: pool.lua
-- include: clock.lua
-- include: statuses.lua
-- include: history.lua
-- include: end_run.lua
--
-- KEYS
--   run: run:<id>
-- ARGV
--   nonce: a pair with it belongs to nobody
--   by: who asks
--   reason: text
--   fact: as text
--   orphansId: id of the outbox entry that cancels the children
--   orphansEntry: JSON
--   channel: channel of cancel messages
-- REPLIES
--   terminated: pool as JSON, rows of runs whose time is over, runs that got its permits
--   ended: status
--   not_found: no such run

local stored = redis.call('HMGET', K.run, 'status', 'row', 'generation', 'pool', 'workflow', 'permits', 'gates')
local status = stored[1]
if not status then
  return { 'not_found' }
end
if has_ended(status) then
  return { 'ended', status }
end
local generation = string.format('%.0f', math.max(tonumber(stored[3]) + 1, tonumber(now)))
redis.call(
  'HSET', K.run, 'generation', generation, 'nonce', A.nonce,
  'cancelReason', A.reason, 'cancelBy', A.by, 'cancelAt', now
)
set_status(K.run, stored[2], status, 'cancelled')
add_facts(A.fact)
if stored[3] == '0' then
  fit_history()
end
add_to_outbox(A.orphansId, A.orphansEntry)
-- The owner hears of it at once, tries its next write, and is refused.
redis.call('PUBLISH', A.channel, A.runId)
write_end()
local forgettable = end_run({
  row = stored[2], workflow = stored[5], status = 'cancelled', permits = stored[6], gates = stored[7],
})
return { 'terminated', stored[4] or usual_pool, forgettable, granted }
