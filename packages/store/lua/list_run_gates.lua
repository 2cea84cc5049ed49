-- The open gates of one run; a run has never more than a few.
--
-- include: gates.lua
--
-- REPLIES
--   gates: entry of each, in no order

local gates = gates_of_run()
local entries = {}
for index, place in ipairs(gates.places()) do
  entries[index] = gates.entry(place)
end
return { 'gates', entries }
