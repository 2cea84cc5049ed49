-- Gives a run to the worker that holds its lease, or takes that with it: a new generation, which refuses every earlier owner
-- from now on.
-- An owner before that never gave the run away counts as a recovery; too many are a crash loop. A repeat with the same
-- lease token changes nothing and answers the same. A run that somebody owned has its permits; one that is asked to end
-- needs none.
--
-- include: pool.lua
-- include: clock.lua
-- include: statuses.lua
-- include: history.lua
-- include: lost_lease.lua
-- include: unread.lua
-- include: ask_permits.lua
--
-- KEYS
--   run: run:<id>
--   parts: run:<id>:state
--   inbox: run:<id>:inbox
--   lease: lease:<id>
--   leases: leases
--   timers: timers
-- ARGV
--   leaseToken: value the lease must have
--   leaseTtlMs: how long it lives when it is taken here; empty when it must be held already
--   checksLease: 1, or empty when leases lie in other servers and only the fence protects
--   owner: worker as JSON
--   recoveriesMax: recoveries without progress in between
--   recoveriesAdmitted: recoveries of a run that this worker takes now
--   partsTold: states of more parts than this are left for the owner to read
-- REPLIES
--   activated: generation, took over (0 or 1), record, parts, unread events, 1 when parts are left to be read, wanted since or empty
--   lost: the lease is not held with this token
--   busy: ms until the lease of somebody else runs out
--   ended: status
--   not_found: no such run
--   crash_loop: recoveries that would be
--   suspect: recoveries that would be
--   limited: the run waits in line for a permit

local stored = redis.call(
  'HMGET', K.run, 'status', 'row', 'generation', 'nonce', 'owner', 'recoveries', 'tookOver', 'startedAt',
  'workflow', 'permits', 'pool', 'wakeAt', 'inboxSeen', 'info'
)
local status = stored[1]
if not status then
  return { 'not_found' }
end
if has_ended(status) then
  return { 'ended', status }
end
local holder = A.checksLease ~= '' and redis.call('GET', K.lease)
local is_held = A.checksLease == '' or holder == A.leaseToken
if not is_held and A.leaseTtlMs == '' then
  return { 'lost' }
end
if not is_held and holder then
  return { 'busy', string.format('%.0f', redis.call('PTTL', K.lease)) }
end

-- Only with a run: a lease of nobody would keep others waiting.
local function take_lease()
  if not is_held then
    redis.call('SET', K.lease, A.leaseToken, 'PX', A.leaseTtlMs)
  end
end

local generation = stored[3]
local took_over = stored[7]
local wanted_since = ''
local is_repeat = stored[5] and stored[4] == A.leaseToken
if not is_repeat then
  took_over = stored[5] and '1' or '0'
  local recoveries = tonumber(stored[6] or '0') + tonumber(took_over)
  if recoveries > tonumber(A.recoveriesMax) then
    -- By which the run is ended.
    take_lease()
    return { 'crash_loop', string.format('%.0f', recoveries) }
  end
  if recoveries > tonumber(A.recoveriesAdmitted) then
    return { 'suspect', string.format('%.0f', recoveries) }
  end
  local needs_permits = took_over == '0' and status ~= 'cancelling'
  if needs_permits and not ask_permits({
    id = A.runId, workflow = stored[9], wanted = stored[10], pool = stored[11] or usual_pool, has_begun = stored[8],
  }) then
    -- Whoever gives it a permit wakes it.
    set_status(K.run, stored[2], status, 'pending')
    redis.call('ZREM', K.timers, A.runId)
    return { 'limited' }
  end
  local lost = took_over == '1' and lost_lease(generation) or ''
  local is_first = generation == '0'
  -- The clock as a floor: a replica promoted without the last write does not grant a number again.
  generation = string.format('%.0f', math.max(tonumber(generation) + 1, tonumber(now)))
  local to = open_status(status, 'running')
  redis.call(
    'HSET', K.run, 'generation', generation, 'nonce', A.leaseToken, 'owner', A.owner, 'tookOver', took_over,
    'heartbeatAt', now, 'startedAt', stored[8] or now, 'status', to
  )
  if took_over == '1' then
    redis.call('HSET', K.run, 'recoveries', string.format('%.0f', recoveries))
  end
  local is_parked = took_over == '0' and (status == 'waiting' or status == 'cancelling')
  local due = redis.call('ZSCORE', K.timers, A.runId) or is_parked and stored[12]
  if due and tonumber(due) <= tonumber(now) then
    wanted_since = string.format('%.0f', tonumber(due))
  end
  move_row(stored[2], status, to)
  redis.call('ZADD', K.leases, now, A.runId)
  redis.call('ZREM', K.timers, A.runId)
  add_facts(lost .. '["la",' .. A.owner .. ',' .. generation .. (took_over == '1' and ',true' or '') .. ']')
  if is_first then
    fit_history()
  else
    redis.call('HDEL', K.run, 'blockedOn')
    redis.call('HDEL', K.parts, 'blockedOn')
  end
end
take_lease()
-- Of a run that nobody has worked on yet, no more than `info` lies among the parts.
local has_parts = stored[3] ~= '0' or not stored[14]
-- A reply made by a script costs ten times what Redis' own costs, which is felt from some hundred parts on. From here on
-- nobody but this owner changes them, so it can as well read them itself.
local are_left = has_parts and redis.call('HLEN', K.parts) > tonumber(A.partsTold)
return {
  'activated', generation, took_over,
  redis.call('HGETALL', K.run), has_parts and not are_left and redis.call('HGETALL', K.parts) or {},
  unread_events(stored[13] or '0'), are_left and '1' or '0', wanted_since,
}
