-- Scopes that runs hold permits of or wait for, in the order of their names.
--
-- include: permits.lua
--
-- KEYS
--   permitsHeld: permits:held
--   permitsWaiting: permits:waiting
-- ARGV
--   after: scope, or empty
--   limit: scopes at most
-- REPLIES
--   scopes: scope, permits (or empty), held and waiting of each; the last scope when there may be more, else empty

-- The language's own comparison follows the server's locale, the order of the lists does not.
local function is_before(a, b)
  for index = 1, math.min(#a, #b) do
    local left, right = string.byte(a, index), string.byte(b, index)
    if left ~= right then
      return left < right
    end
  end
  return #a < #b
end

local rows = {}
local after = A.after
for _ = 1, tonumber(A.limit) do
  local from = after == '' and '-' or '(' .. after .. '!'
  local held = redis.call('ZRANGEBYLEX', K.permitsHeld, from, '+', 'LIMIT', '0', '1')[1]
  local waiting = redis.call('ZRANGEBYLEX', K.permitsWaiting, from, '+', 'LIMIT', '0', '1')[1]
  local next_member = held
  if waiting and (not held or is_before(waiting, held)) then
    next_member = waiting
  end
  if not next_member then
    return { 'scopes', rows, '' }
  end
  after = string.match(next_member, '^%S+')
  local limit = limit_of(after)
  rows[#rows + 1] = after
  rows[#rows + 1] = limit and string.format('%.0f', limit) or ''
  rows[#rows + 1] = string.format('%.0f', count_held(after))
  rows[#rows + 1] = string.format('%.0f', count_waiting(after))
end
return { 'scopes', rows, after }
