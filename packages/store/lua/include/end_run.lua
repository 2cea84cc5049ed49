-- Ends a run: parent told, waiting structures removed, everything else kept until it expires.
--
-- include: pool.lua
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

-- When a parent must be woken that was told of an end: `now`, `soon`, or empty. An owner reads the inbox with its next
-- write, and cannot park before. Nobody parks beside unread events either, so the first of them wakes the parent, and the
-- one that makes as many as it waits for; the others find it woken.
local function parent_wake(status, owner, patience)
  if owner then
    return ''
  end
  local unread = redis.call('LLEN', K.parentInbox)
  if status ~= 'completed' or unread == tonumber(patience or '1') then
    return 'now'
  end
  return unread == 1 and 'soon' or ''
end

-- Answers when the parent must be woken. The event skips the inbox's limit: a parent that never hears of its child would
-- wait for ever.
local function tell_parent(child_status)
  if A.parentEvent == '' then
    return ''
  end
  local parent = redis.call('HMGET', K.parentRun, 'status', 'row', 'owner', 'pool', 'unowned', 'patience')
  if not parent[1] then
    return ''
  end
  if has_ended(parent[1]) then
    -- One that no worker could continue may be retried, and then wants to know.
    if parent[5] then
      redis.call('RPUSH', K.parentInbox, A.parentEvent)
      redis.call('PEXPIRE', K.parentInbox, redis.call('PTTL', K.parentRun))
    end
    return ''
  end
  push_event({
    id = A.parentId, run = K.parentRun, inbox = K.parentInbox,
    status = parent[1], row = parent[2], owner = parent[3],
  }, A.parentEvent)
  local wake = parent_wake(child_status, parent[3], parent[6])
  if wake ~= '' then
    add_to_outbox(A.wakeId, A.wakeHead .. (parent[4] or usual_pool) .. '}')
  end
  return wake
end

local function keep_for_a_while(entry, has_more)
  -- Before anything expires: a time to live of a moment is over within this script.
  local is_child = A.parentId ~= ''
  keep_for(is_child and string.format('%.0f', A.retentionMs + A.childGraceMs) or A.retentionMs, has_more)
  redis.call('ZADD', K.runsEnded, string.format('%.0f', tonumber(now) + tonumber(A.retentionMs)), entry)
  redis.call('ZADD', K.runsUnfiled, now, entry)
end

-- The end among the texts of the record, as names and values.
local function end_texts()
  if A.error == '' then
    return 'summary', A.summary
  end
  return 'summary', A.summary, 'error', A.error
end

-- The end in the record. A last commit writes all of it with everything else.
local function write_end()
  write_parts({ end_texts() }, { 'blockedOn' }, { 'endedAt', now }, { 'owner', 'tookOver', 'heartbeatAt' })
  redis.call('ZREM', K.timers, A.runId)
end

-- After the end is in the record. `ended` names the run's row, workflow, status and permits, whether it has had gates, in
-- `usage` what is counted with its end, and whether it `may_be_retried` by what lies in its inbox: of any other run these are
-- events nobody will read. Answers rows of runs whose time is over, for the caller to forget: their lists may be other workflows';
-- and when the parent must be woken.
local function end_run(ended)
  local usage = ended.usage or {}
  usage[({ completed = 8, failed = 9, cancelled = 10 })[ended.status]] = '1'
  local has_more = has_more_keys()
  if has_more and not ended.may_be_retried then
    redis.call('DEL', K.inbox, K.dedupe)
  end
  if ended.gates then
    gates_of_run().close_all()
  end
  redis.call('ZREM', K.leases, A.runId)
  -- For those who await the result, on a channel named like the record.
  redis.call('PUBLISH', K.run, ended.status)
  local wake = tell_parent(ended.status)
  count_usage(ended.workflow, usage)
  return_permits(ended.workflow, ended.permits)
  keep_for_a_while(ended.row .. ' ' .. ended.workflow, has_more)
  return redis.call('ZRANGEBYSCORE', K.runsEnded, '-inf', now, 'LIMIT', '0', A.forgetMax), wake
end
