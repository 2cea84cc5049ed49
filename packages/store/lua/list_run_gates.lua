-- The open gates of one run; a run has never more than a few.
--
-- include: gates.lua
--
-- REPLIES
--   gates: entry of each, in no order

local gates = {}
for index, place in ipairs(open_gate_places()) do
  gates[index] = gate_entry(place)
end
return { 'gates', gates }
