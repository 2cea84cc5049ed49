-- Creates a run once: record, first event, list entries, and its place in `timers`, by which a sweeper finds it when whoever
-- creates it dies before its job is there. A repeat with the same id or idempotency key writes nothing and tells what is
-- there. A child nobody waits for any more is not created.
-- A run that must wait for a permit is in line and in no queue; one that comes too soon for its rate is delayed.
--
-- include: pool.lua
-- include: clock.lua
-- include: statuses.lua
-- include: parts.lua
-- include: confirm.lua
-- include: ask_permits.lua
-- include: rates.lua
-- include: workflow_rows.lua
-- include: note_pool.lua
-- include: labels.lua
--
-- KEYS
--   run: run:<id>
--   parts: run:<id>:state
--   inbox: run:<id>:inbox
--   idempotency: idem:<key>, or the run itself without a key
--   parentRun: run:<parent>, or the run itself without a parent
--   parentChildren: run:<parent>:children, or the run's own
--   schedule: schedule:<name>, or the run itself when none starts it
--   published: defs:<workflow>
--   runsEnded: runs:ended
--   timers: timers
-- ARGV
--   runId: id of the run
--   digest: hash of workflow and inputs
--   definition: hash of its definition
--   newest: hash that must be the newest published one of the workflow, or empty
--   withJob: 1 when the job of the run is sent together with this, or empty. Its id was never used before
--   info: JSON of what never changes, or empty
--   workflow: name
--   row: entry of the run in lists
--   label: by which a root is found, or empty
--   delayMs: how long its first activation waits
--   startedEvent: JSON
--   permits: scope of the run's key, permits of that, permits of its workflow ("-" = none), priority; or empty
--   delayMsMax: the longest delay
--   idempotencyMs: how long the key is remembered, or empty without a key
--   parentId: id of the parent, or empty
--   rootId: id of the root
--   dueAt: due time at which the schedule must stand, epoch ms, or empty
-- REPLIES
--   created: 1 when it is to be queued, empty while it waits in line; how long its first activation waits; runs that it let in
--   stale: another definition of the workflow is the newest
--   limited: something is set for the workflow that could make a run wait that comes with its job
--   rate_full: starts of this rate are taken up to the longest delay
--   exists: id; the same was created before. Status too when the id is the same and the run is there
--   conflict: id; another workflow or other inputs were created before
--   not_due: the schedule is paused, gone, or stands at another due time
--   parent_gone: the parent has ended, or does not exist (any more), or the entry that asks for the run does not

local asked = confirm()
local present = redis.call('HMGET', K.run, 'digest', 'status')
if present[1] then
  if present[1] == A.digest then
    return { 'exists', A.runId, present[2] }
  end
  return { 'conflict', A.runId }
end

if not asked then
  return { 'parent_gone' }
end
if A.parentId ~= '' then
  local parent = redis.call('HMGET', K.parentRun, 'status', 'unowned')
  -- One that no worker could continue may be retried, and then waits for this child.
  if not parent[1] or (has_ended(parent[1]) and not parent[2]) then
    return { 'parent_gone' }
  end
end

if A.dueAt ~= '' then
  -- A worker that was slow must not start again what others started and forgot since.
  local standing = redis.call('HMGET', K.schedule, 'due', 'pausedAt')
  if standing[1] ~= A.dueAt or standing[2] then
    return { 'not_due' }
  end
end
local used = A.idempotencyMs ~= '' and redis.call('GET', K.idempotency)
if used then
  local digest, used_id = string.match(used, '^(%S+) (.*)$')
  return { digest == A.digest and 'exists' or 'conflict', used_id }
end
if A.newest ~= '' and redis.call('HGET', K.published, 'hash') ~= A.newest then
  return { 'stale' }
end
local set_for_workflow = redis.call('HGET', K.limitsSet, A.workflow)
if A.withJob ~= '' and set_for_workflow then
  return { 'limited' }
end
local rate_delay_ms, next_start_at = space_start(set_for_workflow)
if rate_delay_ms and rate_delay_ms > tonumber(A.delayMsMax) then
  return { 'rate_full' }
end
local delay_ms = math.max(tonumber(A.delayMs), rate_delay_ms or 0)
local delay = string.format('%.0f', delay_ms)
local ready_at = string.format('%.0f', tonumber(now) + delay_ms)

if A.idempotencyMs ~= '' then
  redis.call('SET', K.idempotency, A.digest .. ' ' .. A.runId, 'PX', A.idempotencyMs)
end
-- The first write is one that a full Redis refuses; after any other it would let the rest pass.
local record = {
  'digest', A.digest, 'workflow', A.workflow, 'row', A.row,
  'definition', A.definition, 'status', 'pending', 'generation', '0',
}
local function put(name, value)
  record[#record + 1], record[#record + 2] = name, value
end
if delay_ms > 0 then
  put('readyAt', ready_at)
end
if A.pool ~= usual_pool then
  put('pool', A.pool)
end
if A.permits ~= '' then
  put('permits', A.permits)
end
if A.parentId ~= '' then
  put('root', A.rootId)
end
write_parts(A.info ~= '' and { 'info', A.info } or {}, {}, record)
if A.withJob == '' then
  -- A run of this id may have ended and expired before.
  redis.call('ZREM', K.runsEnded, A.row .. ' ' .. A.workflow)
  take_labels({ A.row })
end
redis.call('RPUSH', K.inbox, A.startedEvent)
add_workflow_row(A.row)
redis.call('ZADD', K.statusPending, '0', A.row)
if A.label ~= '' then
  put_label(A.row, A.label)
end
if next_start_at then
  note_start(next_start_at)
end
-- A delayed run asks when its time has come.
local may_wait = A.permits ~= '' or set_for_workflow
local is_queued = delay_ms > 0 or not may_wait or ask_permits({
  id = A.runId, workflow = A.workflow, wanted = A.permits ~= '' and A.permits, pool = A.pool, is_new = true,
})
if is_queued then
  redis.call('ZADD', K.timers, ready_at, A.runId)
end

if A.parentId ~= '' then
  redis.call('ZADD', K.parentChildren, '0', A.row)
end
note_pool()
return { 'created', is_queued and '1' or '', delay, granted }
