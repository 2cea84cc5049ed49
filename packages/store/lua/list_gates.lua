-- A page of the fleet's open gates, longest open first.
--
-- KEYS
--   gatesOpen: gates:open
--   gatesInfo: gates:info
-- ARGV
--   after: where the page begins, as ZRANGEBYLEX wants it
--   limit: gates at most
-- REPLIES
--   page: JSON of each, last entry read or empty on the last page

local rows = redis.call('ZRANGEBYLEX', K.gatesOpen, A.after, '+', 'LIMIT', '0', A.limit)
local gates = {}
for index = 1, #rows do
  gates[index] = redis.call('HGET', K.gatesInfo, rows[index])
end
return { 'page', gates, #rows == tonumber(A.limit) and rows[#rows] or '' }
