-- A last commit, after which nobody owns the run until an event or its deadline. With unread events the commit is made
-- and the run stays with its owner.
--
-- include: clock.lua
-- include: fenced.lua
-- include: apply_commit.lua
-- include: count_usage.lua
-- include: unread.lua
-- include: return_permits.lua
-- include: give_back_lease.lua
--
-- KEYS
--   leases: leases
--   timers: timers
-- ARGV
--   usage[]: what is to be counted for the workflow, in the order of count_usage; or nothing
--   blockedOn: JSON
--   wakeAt: epoch ms, or empty when only an event wakes the run
--   patience: unread events below which a completed child need not wake the run at once, or empty
-- REPLIES
--   parked: nobody owns the run; runs that got its permits, as granted
--   wake_now: unread events

if not owned then
  return { 'parked', {} }
end
local to = open_status(status, 'running')
if not duplicate then
  apply_commit(status, to, {})
  if #A.usage > 0 then
    count_usage(workflow, A.usage)
  end
end
local unread = unread_events(inbox_seen)
if #unread[2] > 0 then
  return { 'wake_now', unread }
end
local waiting = open_status(to, 'waiting')
move_row(row, to, waiting)
local wait, dropped = { 'status', waiting }, { 'owner', 'tookOver', 'heartbeatAt', 'recoveries' }
local function put(name, value)
  if value == '' then
    dropped[#dropped + 1] = name
  else
    wait[#wait + 1], wait[#wait + 2] = name, value
  end
end
put('patience', A.patience)
-- Its job comes at this time. Should that be lost, `claim_overdue` finds the run by it.
put('wakeAt', A.wakeAt)
write_parts({ 'blockedOn', A.blockedOn }, {}, wait, dropped)
redis.call('ZREM', K.leases, A.runId)
redis.call('ZREM', K.timers, A.runId)
give_back_lease(A.nonce)
return_permits(workflow, permits)
return { 'parked', granted }
