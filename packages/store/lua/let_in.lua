-- Lets in whom there is room for, in every line of one workflow, a few lines and a few runs at a time.
--
-- include: permits.lua
--
-- KEYS
--   permitsWaiting: permits:waiting
-- ARGV
--   workflow: name
--   from: place in the lines to go on from, as answered before, or empty
-- REPLIES
--   done: place to go on from, or empty when there is none; runs that got a permit

-- More room than one look gives away: the same line again.
local function is_moving(scope)
  return count_waiting(scope) > 0 and count_held(scope) < (limit_of(scope) or math.huge)
end

if A.from == '' or A.from == A.workflow then
  let_in(A.workflow)
  return { 'done', is_moving(A.workflow) and A.workflow or '[' .. A.workflow .. '/', granted }
end
local from = A.from
for _ = 1, 10 do
  local first = redis.call('ZRANGEBYLEX', K.permitsWaiting, from, '(' .. A.workflow .. '0', 'LIMIT', '0', '1')
  if not first[1] then
    return { 'done', '', granted }
  end
  local scope = string.match(first[1], '^%S+')
  let_in(scope)
  from = is_moving(scope) and '[' .. scope .. ' ' or '(' .. scope .. '!'
end
return { 'done', from, granted }
