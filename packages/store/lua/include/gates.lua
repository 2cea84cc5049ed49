-- Open gates: a list of the fleet, in which each entry is a place and what the gate asks; and the places of a run's own in
-- its record, by which they are found there.
--
-- KEYS
--   run: run:<id>
--   gatesOpen: gates:open
-- ARGV
--   runId: id of the run

-- `<since>/<address>` of the open gates. Addresses are made of letters, digits, dots and at signs.
local function open_gate_places()
  local places = {}
  for place in string.gmatch(redis.call('HGET', K.run, 'gates') or '', '%S+') do
    places[#places + 1] = place
  end
  return places
end

local function address_of(place)
  return string.match(place, '/(.*)$')
end

-- Times have a fixed width, so that the order of the entries is their order in time.
local function gate_row(place)
  local since, address = string.match(place, '^(%d+)/(.*)$')
  return string.format('%015.0f', tonumber(since)) .. ':' .. A.runId .. ':' .. address
end

-- The entry of a gate: its row, a space, what it asks.
local function gate_entry(place)
  local row = gate_row(place)
  return redis.call('ZRANGEBYLEX', K.gatesOpen, '[' .. row .. ' ', '(' .. row .. '!', 'LIMIT', '0', '1')[1]
end

-- Deadline and name of an open gate.
local function read_gate(place)
  return string.match(gate_entry(place), '^%S+ (%d+) ([^\n]*)')
end

local function write_gate_places(places)
  if #places == 0 then
    redis.call('HDEL', K.run, 'gates')
  else
    redis.call('HSET', K.run, 'gates', table.concat(places, ' '))
  end
end

-- Those of the addresses at which a gate is open.
local function close_gates(addresses)
  if #addresses == 0 then
    return
  end
  local is_closing, left, places = {}, {}, open_gate_places()
  for index = 1, #addresses do
    is_closing[addresses[index]] = true
  end
  for index = 1, #places do
    if is_closing[address_of(places[index])] then
      redis.call('ZREM', K.gatesOpen, gate_entry(places[index]))
    else
      left[#left + 1] = places[index]
    end
  end
  if #left < #places then
    write_gate_places(left)
  end
end

local function close_all_gates()
  local places = open_gate_places()
  for index = 1, #places do
    redis.call('ZREM', K.gatesOpen, gate_entry(places[index]))
  end
  redis.call('HDEL', K.run, 'gates')
end
