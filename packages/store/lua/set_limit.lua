-- Sets what limits a workflow, whatever its definition and its starts say, or takes that back, and lets in whom there is
-- room for now. Runs that hold a permit keep it.
--
-- include: permits.lua
--
-- KEYS
--   limitsSet: limits:set
-- ARGV
--   workflow: name
--   set: total, per key, ms between starts, burst ("-" = not set), the rate as it was given; or empty to take it back
--   setMax: workflows that may have something set
-- REPLIES
--   done: 1 when there was something set before; runs that got a permit
--   full: too many workflows have something set

local was_set = redis.call('HEXISTS', K.limitsSet, A.workflow)
if A.set == '' then
  redis.call('HDEL', K.limitsSet, A.workflow)
elseif was_set == 0 and redis.call('HLEN', K.limitsSet) >= tonumber(A.setMax) then
  return { 'full' }
else
  redis.call('HSET', K.limitsSet, A.workflow, A.set)
end
let_in(A.workflow)
forget_unused(A.workflow)
return { 'done', was_set == 1 and '1' or '', granted }
