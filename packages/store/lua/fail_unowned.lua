-- Ends a run that no worker may continue. Fenced by the lease alone: its holder is the only one who could activate the
-- run. The generation grows, so whoever owned it before stays refused.
--
-- include: clock.lua
-- include: statuses.lua
-- include: history.lua
-- include: lost_lease.lua
-- include: end_run.lua
-- include: gates.lua
-- include: give_back_lease.lua
--
-- KEYS
--   run: run:<id>
--   lease: lease:<id>
--   answers: run:<id>:gates:answers
-- ARGV
--   leaseToken: value the lease must have
--   checksLease: 1, or empty when leases lie in other servers
--   fact: as text
-- REPLIES
--   finished: rows of runs whose time is over; runs that got its permits
--   duplicate: the run has ended before
--   fenced: the lease is not held with this token, or there is no such run

local stored = redis.call('HMGET', K.run, 'status', 'row', 'generation', 'owner', 'workflow', 'permits', 'gates')
local status = stored[1]
if not status then
  return { 'fenced' }
end
if has_ended(status) then
  give_back_lease(A.leaseToken)
  return { 'duplicate' }
end
if A.checksLease ~= '' and redis.call('GET', K.lease) ~= A.leaseToken then
  return { 'fenced' }
end
local generation = string.format('%.0f', math.max(tonumber(stored[3]) + 1, tonumber(now)))
redis.call('HSET', K.run, 'generation', generation, 'nonce', A.leaseToken, 'unowned', '1')
set_status(K.run, stored[2], status, 'failed')
add_facts((stored[4] and lost_lease(stored[3]) or '') .. A.fact)
write_end()
give_back_lease(A.leaseToken)

-- Gates that were open are open again when the run is retried: the engine, which waits at them still, opens them only once.
local function put_gates_away()
  local gates = gates_of_run()
  local entries = {}
  for place in string.gmatch(stored[7], '%S+') do
    entries[#entries + 1], entries[#entries + 2] = 'away ' .. place, gates.entry(place)
  end
  call_in_chunks('HSET', K.answers, entries)
  redis.call('HSET', K.run, 'gatesAway', stored[7])
end

if stored[7] then
  put_gates_away()
end
local forgettable = end_run({
  row = stored[2], workflow = stored[5], status = 'failed', permits = stored[6], gates = stored[7], may_be_retried = true,
})
return { 'finished', forgettable, granted }
