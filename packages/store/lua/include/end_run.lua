-- Ends a run: parent told, waiting structures removed, everything else kept until it expires.
--
-- include: clock.lua
-- include: statuses.lua
-- include: parts.lua
-- include: inbox.lua
-- include: outbox.lua
-- include: gates.lua
-- include: keep_for.lua
-- include: return_permits.lua
-- include: count_usage.lua
--
-- KEYS
--   run: run:<id>
--   parts: run:<id>:state
--   steps: run:<id>:steps
--   inbox: run:<id>:inbox
--   dedupe: run:<id>:inbox:ids
--   history: run:<id>:events
--   children: run:<id>:children
--   leases: leases
--   runsEnded: runs:ended
--   runsUnfiled: runs:unfiled
--   parentRun: run:<parent>, or the run itself without a parent
--   parentInbox: run:<parent>:inbox, or the run's own
--   answers: run:<id>:gates:answers
-- ARGV
--   error: JSON, or empty
--   summary: text
--   retentionMs: how long the ended run is kept
--   parentId: id of the parent, or empty
--   parentEvent: JSON, or empty
--   wakeId: id of the outbox entry that wakes the parent
--   wakeHead: JSON of that entry up to the value of its last member, the parent's pool
--   forgetMax: rows of expired runs told to the caller

-- The event skips the inbox's limit: a parent that never hears of its child would wait for ever.
local function tell_parent()
  if A.parentEvent == '' then
    return
  end
  local parent = redis.call('HMGET', K.parentRun, 'status', 'row', 'owner', 'pool', 'unowned')
  if not parent[1] then
    return
  end
  if has_ended(parent[1]) then
    -- One that no worker could continue may be retried, and then wants to know.
    if parent[5] then
      redis.call('RPUSH', K.parentInbox, A.parentEvent)
      redis.call('PEXPIRE', K.parentInbox, redis.call('PTTL', K.parentRun))
    end
    return
  end
  push_event({
    id = A.parentId, run = K.parentRun, inbox = K.parentInbox,
    status = parent[1], row = parent[2], owner = parent[3],
  }, A.parentEvent)
  add_to_outbox(A.wakeId, A.wakeHead .. parent[4] .. '}')
end

local function keep_for_a_while(row)
  -- Before anything expires: a time to live of a moment is over within this script.
  local entry = row .. ' ' .. redis.call('HGET', K.run, 'workflow')
  local is_child = A.parentId ~= ''
  keep_for(is_child and string.format('%.0f', A.retentionMs + A.childGraceMs) or A.retentionMs)
  redis.call('ZADD', K.runsEnded, string.format('%.0f', tonumber(now) + tonumber(A.retentionMs)), entry)
  redis.call('ZADD', K.runsUnfiled, now, entry)
end

-- Events nobody will read. A run that no worker could continue keeps them: it may be retried.
local function empty_inbox()
  redis.call('DEL', K.inbox, K.dedupe)
end

local function count_end()
  local ended = redis.call('HMGET', K.run, 'workflow', 'status')
  count_usage(ended[1], { [ended_column[ended[2]]] = '1' })
end

-- Rows of runs whose time is over, for the caller to forget: their lists may be other workflows'.
local function end_run(row)
  local texts = { 'summary', A.summary }
  if A.error ~= '' then
    texts[3], texts[4] = 'error', A.error
  end
  write_parts(texts, { 'blockedOn' }, { 'endedAt', now })
  redis.call('HDEL', K.run, 'owner', 'tookOver', 'heartbeatAt')
  redis.call('ZREM', K.leases, A.runId)
  redis.call('ZREM', K.timers, A.runId)
  close_all_gates()
  tell_parent()
  count_end()
  return_permits()
  keep_for_a_while(row)
  return redis.call('ZRANGEBYSCORE', K.runsEnded, '-inf', now, 'LIMIT', '0', A.forgetMax)
end
