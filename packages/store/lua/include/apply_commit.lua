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
--
-- KEYS
--   run: run:<id>
--   parts: run:<id>:state
--   steps: run:<id>:steps
--   inbox: run:<id>:inbox
--   answers: run:<id>:gates:answers
-- ARGV
--   partsSet[]: part name, JSON
--   partsRemoved[]: part name
--   stepsEnded[]: <ordinal>#<attempt>, text; one that is open lies among the parts
--   attempts[]: ordinal, attempt of steps that are not at their first
--   stepsEnd: ordinal after the last step's of this commit, or 0
--   facts[]: of one entry of the history each, as text
--   outboxAdded[]: id, JSON
--   outboxDone[]: id
--   gatesOpened[]: address, name, since, text
--   gatesClosed[]: address
--   inboxSeen: number of the last event this commit consumes
--   totals: text, or empty while they are 0

-- Of a step with several attempts, `<ordinal>` says the newest that has begun.
local function note_attempts()
  for index = 1, #A.attempts, 2 do
    local ordinal, attempt = A.attempts[index], A.attempts[index + 1]
    if tonumber(redis.call('HGET', K.steps, ordinal) or '1') < tonumber(attempt) then
      redis.call('HSET', K.steps, ordinal, attempt)
    end
  end
end

-- New entries first: one that was performed already may be among them.
local function write_outbox()
  local scores = {}
  for index = 1, #A.outboxAdded, 2 do
    scores[index], scores[index + 1] = now, A.outboxAdded[index]
  end
  call_in_chunks('ZADD', K.outbox, scores)
  call_in_chunks('HSET', K.outboxEntries, A.outboxAdded)
  call_in_chunks('ZREM', K.outbox, A.outboxDone)
  call_in_chunks('HDEL', K.outboxEntries, A.outboxDone)
end

-- A gate that opens forgets the answer it, or a gate of its name, had before.
local function change_gates()
  local gates = gates_of_run()
  gates.close(A.gatesClosed)
  for index = 1, #A.gatesOpened, 4 do
    gates.close({ A.gatesOpened[index] })
  end
  local places = gates.places()
  for index = 1, #A.gatesOpened, 4 do
    local address, name, since = A.gatesOpened[index], A.gatesOpened[index + 1], A.gatesOpened[index + 2]
    local place = since .. '/' .. address
    redis.call('HDEL', K.answers, 'a ' .. address, 'n ' .. name, 'last')
    redis.call('ZADD', K.gatesOpen, '0', gates.row(place) .. ' ' .. A.gatesOpened[index + 3])
    places[#places + 1] = place
  end
  if #A.gatesOpened > 0 then
    gates.write_places(places)
  end
end

-- Events this commit consumes. Never more than there are: a number from a mistaken caller must not skip later events.
local function count_consumed()
  local wanted = tonumber(A.inboxSeen) - tonumber(inbox_seen)
  return wanted > 0 and math.min(wanted, redis.call('LLEN', K.inbox)) or 0
end

-- The newest ids of commits, three: enough for every repeat of a caller that waits for each answer, and short enough for the
-- small form of a hash.
local function remember_commit()
  return ' ' .. A.commitId .. ' ' .. (string.match(commits, '^ (%S+ %S+ )') or string.sub(commits, 2))
end

-- `fields` of the record: more to be written with it, as names and values in turn; `dropped`, if any, go away.
local function apply_commit(from, to, fields, dropped)
  local function put(name, value)
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
  local consumed = count_consumed()
  put('commits', remember_commit())
  if from ~= to then
    put('status', to)
  end
  if tonumber(A.stepsEnd) > tonumber(steps_end) then
    put('stepsEnd', A.stepsEnd)
  end
  if consumed > 0 then
    inbox_seen = string.format('%.0f', tonumber(inbox_seen) + consumed)
    put('inboxSeen', inbox_seen)
  end
  if A.totals ~= '' then
    put('totals', A.totals)
  end
  write_parts(A.partsSet, A.partsRemoved, fields, dropped)
  call_in_chunks('HSET', K.steps, A.stepsEnded)
  note_attempts()
  for index = 1, #A.facts do
    add_facts(A.facts[index])
  end
  append_log()
  write_outbox()
  if #A.gatesClosed + #A.gatesOpened > 0 then
    change_gates()
  end
  if consumed > 0 then
    redis.call('LTRIM', K.inbox, string.format('%.0f', consumed), '-1')
  end
  move_row(row, from, to)
end

-- A defect in the caller; no run has more than a few gates open, and what reads them relies on it.
if #A.gatesOpened > 0 and #gates_of_run().places() + #A.gatesOpened / 4 > 500 then
  return redis.error_reply('RUNFLEET too many open gates')
end
