-- Answers an open gate: the first answer wins, closes the gate and becomes an event; later ones are told who was first.
-- An answer after the gate's deadline is refused, also while no worker has noticed that the gate timed out.
--
-- include: pool.lua
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

local gates = gates_of_run()

-- Address, name and deadline of the gate that is meant; the oldest of several with one name.
local function find_gate()
  local places = gates.places()
  if A.gate == '' and #places ~= 1 then
    return nil
  end
  local oldest, found = math.huge, {}
  for index = 1, #places do
    local since, address = string.match(places[index], '^(%d+)/(.*)$')
    local deadline, name = gates.read(places[index])
    if address == A.gate then
      return address, name, deadline
    end
    if (A.gate == '' or name == A.gate) and tonumber(since) < oldest then
      oldest, found = tonumber(since), { address, name, deadline }
    end
  end
  return unpack(found)
end

local function find_answer()
  if A.gate == '' then
    return redis.call('HGET', K.answers, 'last')
  end
  return redis.call('HGET', K.answers, 'a ' .. A.gate) or redis.call('HGET', K.answers, 'n ' .. A.gate)
end

local address, name, deadline = find_gate()
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

if tonumber(deadline) < tonumber(now) then
  return { 'late', deadline }
end

gates.close({ address })
local answer = now .. ' ' .. A.verdict .. ' ' .. A.by
redis.call('HSET', K.answers, 'a ' .. address, answer, 'n ' .. name, answer, 'last', answer)
-- Addresses are made of letters, digits, dots and at signs: they need no escapes in JSON.
push_event({
  id = A.runId, run = K.run, inbox = K.inbox,
  status = stored[1], row = stored[2], owner = stored[3],
}, '{"at":' .. now .. ',"address":"' .. address .. '",' .. A.eventTail)
return { 'accepted', address, stored[4] or usual_pool }
