-- A last commit, after which nobody owns the run until an event or its deadline. With unread events the commit is made
-- and the run stays with its owner.
--
-- include: clock.lua
-- include: fenced.lua
-- include: apply_commit.lua
-- include: unread.lua
-- include: return_permits.lua
--
-- KEYS
--   timers: timers
-- ARGV
--   blockedOn: JSON
--   wakeAt: epoch ms, or empty when only an event wakes the run
--   patience: unread events below which a completed child need not wake the run at once, or empty
-- REPLIES
--   parked: nobody owns the run; runs that got its permits, as granted
--   wake_now: unread events

if not owned then
  return { 'parked', {} }
end
local has_unread = redis.call('LLEN', K.inbox) > 0
local to = open_status(status, 'running')
if not duplicate then
  apply_commit(status, to)
  has_unread = redis.call('LLEN', K.inbox) > 0
end
if has_unread then
  return { 'wake_now', unread_events() }
end
set_status(K.run, row, to, open_status(to, 'waiting'))
forget_recoveries()
local fields, left = {}, { 'owner', 'tookOver', 'heartbeatAt' }
-- Its job comes at this time. Should that be lost, `claim_overdue` finds the run by it.
for name, value in pairs({ wakeAt = A.wakeAt, patience = A.patience }) do
  if value == '' then
    left[#left + 1] = name
  else
    fields[#fields + 1], fields[#fields + 2] = name, value
  end
end
redis.call('HDEL', K.run, unpack(left))
write_parts({ 'blockedOn', A.blockedOn }, {}, fields)
redis.call('ZREM', K.leases, A.runId)
redis.call('ZREM', K.timers, A.runId)
return_permits()
return { 'parked', granted }
