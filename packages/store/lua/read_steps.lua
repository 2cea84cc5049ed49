-- A page of a run's steps in their order. Ends early when the page grows large.
--
-- KEYS
--   steps: run:<id>:steps
--   stepOrder: run:<id>:steps:order
-- ARGV
--   offset: steps to skip
--   limit: steps at most
--   bytesMax: size after which the page ends
-- REPLIES
--   page: JSON of each, offset of the next page or empty

local first = tonumber(A.offset)
local last = first + tonumber(A.limit) - 1
local fields = redis.call(
  'ZRANGE', K.stepOrder, string.format('%.0f', first), string.format('%.0f', last)
)
local steps = {}
local size = 0
for index = 1, #fields do
  steps[index] = redis.call('HGET', K.steps, fields[index])
  size = size + #steps[index]
  if size >= tonumber(A.bytesMax) then
    break
  end
end
local next_offset = first + #steps
if next_offset >= redis.call('ZCARD', K.stepOrder) then
  return { 'page', steps, '' }
end
return { 'page', steps, string.format('%.0f', next_offset) }
