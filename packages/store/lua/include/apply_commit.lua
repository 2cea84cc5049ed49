-- Makes one decision durable: state, steps, history, outbox, gates, inbox position, totals. Used by commit, park,
-- release and finish, always after the fence.
--
-- include: clock.lua
-- include: fenced.lua
-- include: statuses.lua
-- include: history.lua
-- include: outbox.lua
-- include: gates.lua
-- include: count_usage.lua
--
-- KEYS
--   run: run:<id>
--   parts: run:<id>:state
--   steps: run:<id>:steps
--   stepOrder: run:<id>:steps:order
--   inbox: run:<id>:inbox
--   leases: leases
--   answers: run:<id>:gates:answers
-- ARGV
--   partsSet[]: part name, JSON
--   partsRemoved[]: part name
--   stepsSet[]: address#attempt, score, JSON
--   facts[]: of one entry of the history each, as text
--   outboxAdded[]: id, JSON
--   outboxDone[]: id
--   gatesOpened[]: address, name, since, deadline, JSON
--   gatesClosed[]: address
--   usage[]: what is to be counted for the workflow, in the order of count_usage; or nothing
--   inboxSeen: number of the last event this commit consumes
--   totals: text
--   progress: 1 when the run came forward with this commit, else empty

local stored = redis.call('HMGET', K.run, 'status', 'row', 'workflow')
local status = stored[1]
local row = stored[2]

-- Values of one call stay far below the interpreter's stack.
local function call_in_chunks(command, key, values, width)
  local chunk_size = 500 * width
  for first = 1, #values, chunk_size do
    local last = math.min(first + chunk_size - 1, #values)
    redis.call(command, key, unpack(values, first, last))
  end
end

local function write_steps()
  for index = 1, #A.stepsSet, 3 do
    redis.call('HSET', K.steps, A.stepsSet[index], A.stepsSet[index + 2])
    redis.call('ZADD', K.stepOrder, A.stepsSet[index + 1], A.stepsSet[index])
  end
end

-- New entries first: one that was performed already may be among them.
local function write_outbox()
  for index = 1, #A.outboxAdded, 2 do
    add_to_outbox(A.outboxAdded[index], A.outboxAdded[index + 1])
  end
  for index = 1, #A.outboxDone do
    redis.call('ZREM', K.outbox, A.outboxDone[index])
    redis.call('HDEL', K.outboxEntries, A.outboxDone[index])
  end
end

-- A gate that opens forgets the answer it, or a gate of its name, had before.
local function open_gates()
  for index = 1, #A.gatesOpened, 5 do
    local address = A.gatesOpened[index]
    local name = A.gatesOpened[index + 1]
    local since = A.gatesOpened[index + 2]
    close_gates({ address })
    redis.call('HDEL', K.answers, 'a ' .. address, 'n ' .. name, 'last')
    redis.call('HSET', K.gates, address, since .. ' ' .. A.gatesOpened[index + 3] .. ' ' .. name)
    redis.call('ZADD', K.gatesOpen, '0', gate_row(since, address))
    redis.call('HSET', K.gatesInfo, gate_row(since, address), A.gatesOpened[index + 4])
  end
end

-- Cuts consumed events off. Never more than there are: a number from a mistaken caller must not skip later events.
local function consume_inbox()
  local seen = tonumber(redis.call('HGET', K.run, 'inboxSeen') or '0')
  local consumed = math.min(tonumber(A.inboxSeen) - seen, redis.call('LLEN', K.inbox))
  if consumed <= 0 then
    return
  end
  redis.call('LTRIM', K.inbox, string.format('%.0f', consumed), '-1')
  redis.call('HSET', K.run, 'inboxSeen', string.format('%.0f', seen + consumed))
end

-- The newest ids of commits: enough for every repeat of a caller that waits for each answer, and short enough for the
-- small form of a hash.
local function remember_commit()
  local kept = ' ' .. A.commitId .. ' '
  local count = 1
  for id in string.gmatch(commits, '%S+') do
    count = count + 1
    if count <= 3 then
      kept = kept .. id .. ' '
    end
  end
  return kept
end

-- Only when the run came forward or was given away in order: a commit alone says nothing, every owner begins with one.
local function forget_recoveries()
  redis.call('HSET', K.run, 'recoveries', '0')
end

local function apply_commit(from, to)
  call_in_chunks('HSET', K.parts, A.partsSet, 2)
  call_in_chunks('HDEL', K.parts, A.partsRemoved, 1)
  write_steps()
  for index = 1, #A.facts do
    add_facts(A.facts[index])
  end
  write_outbox()
  close_gates(A.gatesClosed)
  open_gates()
  consume_inbox()
  set_status(K.run, row, from, to)
  redis.call('HSET', K.run, 'totals', A.totals, 'commits', remember_commit(), 'heartbeatAt', now)
  if A.progress ~= '' then
    forget_recoveries()
  end
  if #A.usage > 0 then
    count_usage(stored[3], A.usage)
  end
  redis.call('HINCRBY', K.run, 'revision', '1')
  redis.call('ZADD', K.leases, now, A.runId)
end

-- A defect in the caller; no run has more than a few gates open, and what reads them relies on it.
if redis.call('HLEN', K.gates) + #A.gatesOpened / 5 > 500 then
  return redis.error_reply('RUNFLEET too many open gates')
end
