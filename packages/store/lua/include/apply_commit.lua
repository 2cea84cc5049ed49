-- Makes one decision durable: state, steps, history, outbox, gates, inbox position, totals. Used by commit, park,
-- release and finish, always after the fence.
--
-- include: clock.lua
-- include: fenced.lua
-- include: statuses.lua
-- include: parts.lua
-- include: history.lua
-- include: outbox.lua
-- include: gates.lua
-- include: append_log.lua
-- include: count_usage.lua
--
-- KEYS
--   run: run:<id>
--   parts: run:<id>:state
--   steps: run:<id>:steps
--   inbox: run:<id>:inbox
--   leases: leases
--   answers: run:<id>:gates:answers
-- ARGV
--   partsSet[]: part name, JSON
--   partsRemoved[]: part name
--   stepsSet[]: ordinal, attempt, 1 while the step is open else empty, text
--   facts[]: of one entry of the history each, as text
--   outboxAdded[]: id, JSON
--   outboxDone[]: id
--   gatesOpened[]: address, name, since, text
--   gatesClosed[]: address
--   usage[]: what is to be counted for the workflow, in the order of count_usage; or nothing
--   inboxSeen: number of the last event this commit consumes
--   totals: text, or empty while they are 0
--   progress: 1 when the run came forward with this commit, else empty

local stored = redis.call('HMGET', K.run, 'status', 'row', 'stepsEnd', 'workflow')
local status = stored[1]
local row = stored[2]

-- An attempt of a step lies among the parts while it is open, since a run that waits has little else, and with the steps
-- when it has ended. There, where a step has several, `<ordinal>` says the newest.
local function write_parts_and_steps(fields)
  local steps_end = tonumber(stored[3] or '0')
  local set, removed, ended = A.partsSet, A.partsRemoved, {}
  for index = 1, #A.stepsSet, 4 do
    local ordinal, attempt, text = A.stepsSet[index], A.stepsSet[index + 1], A.stepsSet[index + 3]
    local name = ordinal .. '#' .. attempt
    if A.stepsSet[index + 2] ~= '' then
      set[#set + 1], set[#set + 2] = 's:' .. name, text
    else
      removed[#removed + 1] = 's:' .. name
      ended[#ended + 1], ended[#ended + 2] = name, text
    end
    if attempt ~= '1' and tonumber(redis.call('HGET', K.steps, ordinal) or '1') < tonumber(attempt) then
      redis.call('HSET', K.steps, ordinal, attempt)
    end
    steps_end = math.max(steps_end, tonumber(ordinal) + 1)
  end
  fields[#fields + 1], fields[#fields + 2] = 'stepsEnd', string.format('%.0f', steps_end)
  write_parts(set, removed, fields)
  call_in_chunks('HSET', K.steps, ended, 2)
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
  if #A.gatesOpened == 0 then
    return
  end
  for index = 1, #A.gatesOpened, 4 do
    close_gates({ A.gatesOpened[index] })
  end
  local places = open_gate_places()
  for index = 1, #A.gatesOpened, 4 do
    local address, name, since = A.gatesOpened[index], A.gatesOpened[index + 1], A.gatesOpened[index + 2]
    local place = since .. '/' .. address
    redis.call('HDEL', K.answers, 'a ' .. address, 'n ' .. name, 'last')
    redis.call('ZADD', K.gatesOpen, '0', gate_row(place) .. ' ' .. A.gatesOpened[index + 3])
    places[#places + 1] = place
  end
  write_gate_places(places)
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
  redis.call('HDEL', K.run, 'recoveries')
end

local function apply_commit(from, to)
  local fields = { 'commits', remember_commit(), 'heartbeatAt', now }
  if A.totals ~= '' then
    fields[#fields + 1], fields[#fields + 2] = 'totals', A.totals
  end
  write_parts_and_steps(fields)
  for index = 1, #A.facts do
    add_facts(A.facts[index])
  end
  append_log()
  write_outbox()
  close_gates(A.gatesClosed)
  open_gates()
  consume_inbox()
  set_status(K.run, row, from, to)
  if A.progress ~= '' then
    forget_recoveries()
  end
  if #A.usage > 0 then
    count_usage(stored[4], A.usage)
  end
  redis.call('ZADD', K.leases, now, A.runId)
end

-- A defect in the caller; no run has more than a few gates open, and what reads them relies on it.
if #A.gatesOpened > 0 and #open_gate_places() + #A.gatesOpened / 4 > 500 then
  return redis.error_reply('RUNFLEET too many open gates')
end
