-- Open gates: a list of the fleet, in which each entry is a place and what the gate asks; and the places of a run's own in
-- its record, by which they are found there.
--
-- KEYS
--   run: run:<id>
--   gatesOpen: gates:open
-- ARGV
--   runId: id of the run

-- What is done with gates, made for the few writes that do. A place is `<since>/<address>`; addresses are made of letters,
-- digits, dots and at signs.
local function gates_of_run()
  local gates = {}

  function gates.places()
    local places = {}
    for place in string.gmatch(redis.call('HGET', K.run, 'gates') or '', '%S+') do
      places[#places + 1] = place
    end
    return places
  end

  -- Times have a fixed width, so that the order of the entries is their order in time.
  function gates.row(place)
    local since, address = string.match(place, '^(%d+)/(.*)$')
    return string.format('%015.0f', tonumber(since)) .. ':' .. A.runId .. ':' .. address
  end

  -- The entry of a gate: its row, a space, what it asks.
  function gates.entry(place)
    local row = gates.row(place)
    return redis.call('ZRANGEBYLEX', K.gatesOpen, '[' .. row .. ' ', '(' .. row .. '!', 'LIMIT', '0', '1')[1]
  end

  -- Deadline and name of an open gate.
  function gates.read(place)
    local open_ms, name = string.match(gates.entry(place), '^%S+ (%-?%d+) ([^\n]*)')
    return string.format('%.0f', tonumber(string.match(place, '^%d+')) + tonumber(open_ms)), name
  end

  function gates.write_places(places)
    if #places == 0 then
      redis.call('HDEL', K.run, 'gates')
    else
      redis.call('HSET', K.run, 'gates', table.concat(places, ' '))
    end
  end

  -- Those of the addresses at which a gate is open.
  function gates.close(addresses)
    local is_closing, left, places = {}, {}, gates.places()
    for index = 1, #addresses do
      is_closing[addresses[index]] = true
    end
    for index = 1, #places do
      if is_closing[string.match(places[index], '/(.*)$')] then
        redis.call('ZREM', K.gatesOpen, gates.entry(places[index]))
      else
        left[#left + 1] = places[index]
      end
    end
    if #left < #places then
      gates.write_places(left)
    end
  end

  function gates.close_all()
    local places = gates.places()
    for index = 1, #places do
      redis.call('ZREM', K.gatesOpen, gates.entry(places[index]))
    end
    gates.write_places({})
  end

  return gates
end
