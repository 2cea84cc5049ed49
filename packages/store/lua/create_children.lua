-- Creates children of one parent that run one workflow in one pool and ask for nothing that could make them wait: what
-- create_run does for each, with what they have in common looked at and written once. Each is created once, or its reply
-- says why not.
--
-- include: pool.lua
-- include: clock.lua
-- include: statuses.lua
-- include: small_form.lua
-- include: workflow_rows.lua
-- include: note_pool.lua
--
-- KEYS
--   parentRun: run:<parent>
--   parentChildren: run:<parent>:children
--   runsEnded: runs:ended
--   timers: timers
--   limitsSet: limits:set
--   outbox: outbox
--   outboxEntries: outbox:entries
--   places[]: run:<id>, run:<id>:state and run:<id>:inbox of each
-- ARGV
--   workflow: name
--   definition: hash of its definition
--   rootId: id of the root
--   children[]: of each: id, digest, info, row, started event, entry that asks for it
-- REPLIES
--   children: of each: created, exists, conflict or parent_gone; its status when it exists, else empty
--   limited: something is set for the workflow that could make a run wait; nothing was done

if redis.call('HEXISTS', K.limitsSet, A.workflow) == 1 then
  return { 'limited' }
end

local values_each, names_each = 6, 3

local parent = redis.call('HMGET', K.parentRun, 'status', 'unowned')
-- One that no worker could continue may be retried, and then waits for its children.
local is_waited_for = parent[1] and (not has_ended(parent[1]) or parent[2])

local replies = {}
local confirmed, rows, ended_rows, listed, queued = {}, {}, {}, {}, {}
local function push(list, ...)
  for _, value in ipairs({ ... }) do
    list[#list + 1] = value
  end
end

-- `first`: place of its values; `at`: of its names.
local function write_run(first, at)
  local id, digest, info, row = A.children[first], A.children[first + 1], A.children[first + 2], A.children[first + 3]
  local record = {
    'digest', digest, 'workflow', A.workflow, 'row', row, 'definition', A.definition, 'status', 'pending',
    'generation', '0', 'root', A.rootId,
  }
  if A.pool ~= usual_pool then
    push(record, 'pool', A.pool)
  end
  -- As parts.lua places it.
  if #info > short_bytes then
    redis.call('HSET', K.places[at + 1], 'info', info)
  elseif info ~= '' then
    push(record, 'info', info)
  end
  redis.call('HSET', K.places[at], unpack(record))
  redis.call('RPUSH', K.places[at + 2], A.children[first + 4])
  rows[#rows + 1] = row
  push(ended_rows, row .. ' ' .. A.workflow)
  push(listed, '0', row)
  push(queued, now, id)
end

for first = 1, #A.children, values_each do
  local at = (first - 1) / values_each * names_each + 1
  local asks = A.children[first + 5]
  local is_asked = redis.call('ZREM', K.outbox, asks) == 1
  confirmed[#confirmed + 1] = asks
  local present = redis.call('HMGET', K.places[at], 'digest', 'status')
  if present[1] then
    push(replies, present[1] == A.children[first + 1] and 'exists' or 'conflict', present[2])
  elseif not is_asked or not is_waited_for then
    push(replies, 'parent_gone', '')
  else
    write_run(first, at)
    push(replies, 'created', '')
  end
end

redis.call('HDEL', K.outboxEntries, unpack(confirmed))
if #rows > 0 then
  -- Runs of these ids may have ended and expired before.
  redis.call('ZREM', K.runsEnded, unpack(ended_rows))
  redis.call('ZADD', K.statusPending, unpack(listed))
  redis.call('ZADD', K.parentChildren, unpack(listed))
  redis.call('ZADD', K.timers, unpack(queued))
  add_workflow_rows(rows)
  note_pool()
end
return { 'children', replies }
