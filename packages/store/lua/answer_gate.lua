-- Answers an open gate: the first answer wins, closes the gate and becomes an event; later ones are told who was first.
-- An answer after the gate's deadline is refused, also while no worker has noticed that the gate timed out.
--
-- include: clock.lua
-- include: statuses.lua
-- include: inbox.lua
-- include: gates.lua
--
-- KEYS
--   run: run:<id>
--   inbox: run:<id>:inbox
--   answers: run:<id>:gates:answers
-- ARGV
--   gate: address or name, or empty for the only open gate
--   verdict: approved or rejected
--   by: who answers
--   eventTail: JSON of the event after its members `at` and `address`
-- REPLIES
--   accepted: address, pool as JSON
--   answered: at, verdict, by
--   not_open: no such gate is open, or none was named and several are open
--   late: deadline
--   ended: status
--   not_found: no such run

local stored = redis.call('HMGET', K.run, 'status', 'row', 'owner', 'pool')
if not stored[1] then
  return { 'not_found' }
end

-- Address and name of the gate that is meant; the oldest of several with one name.
local function find_gate()
  local exact = A.gate ~= '' and redis.call('HGET', K.gates, A.gate)
  if exact then
    return A.gate, (select(2, parse_gate(exact)))
  end
  local open = redis.call('HGETALL', K.gates)
  if A.gate == '' and #open ~= 2 then
    return nil
  end
  local oldest, address, name = math.huge, nil, nil
  for index = 1, #open, 2 do
    local since, gate_name = parse_gate(open[index + 1])
    if (A.gate == '' or gate_name == A.gate) and tonumber(since) < oldest then
      oldest, address, name = tonumber(since), open[index], gate_name
    end
  end
  return address, name
end

local function find_answer()
  if A.gate == '' then
    return redis.call('HGET', K.answers, 'last')
  end
  return redis.call('HGET', K.answers, 'a ' .. A.gate) or redis.call('HGET', K.answers, 'n ' .. A.gate)
end

local address, name = find_gate()
if not address then
  local answer = find_answer()
  if answer then
    local at, verdict, by = string.match(answer, '^(%d+) (%l+) (.*)$')
    return { 'answered', at, verdict, by }
  end
  if has_ended(stored[1]) then
    return { 'ended', stored[1] }
  end
  return { 'not_open' }
end

local deadline = select(3, parse_gate(redis.call('HGET', K.gates, address)))
if tonumber(deadline) < tonumber(now) then
  return { 'late', deadline }
end

close_gates({ address })
local answer = now .. ' ' .. A.verdict .. ' ' .. A.by
redis.call('HSET', K.answers, 'a ' .. address, answer, 'n ' .. name, answer, 'last', answer)
-- Addresses are made of letters, digits, dots and at signs: they need no escapes in JSON.
push_event({
  id = A.runId, run = K.run, inbox = K.inbox,
  status = stored[1], row = stored[2], owner = stored[3],
}, '{"at":' .. now .. ',"address":"' .. address .. '",' .. A.eventTail)
return { 'accepted', address, stored[4] }
