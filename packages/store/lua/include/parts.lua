-- Where the parts of a run's state and the texts of its record lie: short ones in the run's own hash while that is small,
-- all others beside. A run that waits and has nothing long to remember is one key less then, and a long value takes no
-- hash out of its small form that holds nothing but short ones. A name lies in one of the two places.
--
-- include: small_form.lua
--
-- KEYS
--   run: run:<id>
--   parts: run:<id>:state

-- Every look at the run's hash goes through its fields.
local fields_beside_max = 32

-- Items are as many as a foreach has; the other parts without a colon are seldom short.
local function may_lie_with_run(name)
  local first, second = string.byte(name, 1, 2)
  -- A letter and a colon; `i` is an item's.
  if second == 58 then
    return first ~= 105
  end
  return name == 'core' or name == 'blockedOn' or name == 'info' or name == 'summary' or name == 'error'
end

-- Values of one call stay far below the interpreter's stack.
local function call_in_chunks(command, key, values)
  for first = 1, #values, 1000 do
    redis.call(command, key, unpack(values, first, math.min(first + 999, #values)))
  end
end

-- Parts and texts, each as name and text in turn, and the names of others that go away. `fields` are the record's own, to
-- be written with them; `dropped`, if any, names of its own that go away, none of which is among those.
local function write_parts(set, removed, fields, dropped)
  local room = fields_beside_max - redis.call('HLEN', K.run)
  local far, left_run, left_parts = {}, dropped or {}, {}
  for index = 1, #set, 2 do
    local name, text = set[index], set[index + 1]
    if room > 0 and #text <= short_bytes and may_lie_with_run(name) then
      fields[#fields + 1], fields[#fields + 2] = name, text
      left_parts[#left_parts + 1] = name
      room = room - 1
    else
      far[#far + 1], far[#far + 2] = name, text
      left_run[#left_run + 1] = name
    end
  end
  for index = 1, #removed do
    left_run[#left_run + 1], left_parts[#left_parts + 1] = removed[index], removed[index]
  end
  call_in_chunks('HSET', K.run, fields)
  call_in_chunks('HDEL', K.run, left_run)
  call_in_chunks('HSET', K.parts, far)
  call_in_chunks('HDEL', K.parts, left_parts)
end
