-- The open gates of one run; a run has never more than a few.
--
-- include: gates.lua
--
-- REPLIES
--   gates: JSON of each, in no order

local open = redis.call('HGETALL', K.gates)
local gates = {}
for index = 1, #open, 2 do
  gates[#gates + 1] = redis.call('HGET', K.gatesInfo, gate_row((parse_gate(open[index + 1])), open[index]))
end
return { 'gates', gates }
