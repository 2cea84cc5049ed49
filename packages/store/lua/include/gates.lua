-- Open gates: a list of the fleet and a small table of the run.
--
-- KEYS
--   gates: run:<id>:gates
--   gatesOpen: gates:open
--   gatesInfo: gates:info
-- ARGV
--   runId: id of the run

-- Times have a fixed width, so that the order of the rows is their order in time.
local function gate_row(since, address)
  return string.format('%015.0f', tonumber(since)) .. ':' .. A.runId .. ':' .. address
end

-- `<since> <deadline> <name>` → since, name, deadline
local function parse_gate(text)
  local since, deadline, name = string.match(text, '^(%d+) (%d+) (.*)$')
  return since, name, deadline
end

local function close_gates(addresses)
  for index = 1, #addresses do
    local gate = redis.call('HGET', K.gates, addresses[index])
    if gate then
      local gate_entry = gate_row((parse_gate(gate)), addresses[index])
      redis.call('HDEL', K.gates, addresses[index])
      redis.call('ZREM', K.gatesOpen, gate_entry)
      redis.call('HDEL', K.gatesInfo, gate_entry)
    end
  end
end
