-- Sets how a pool is scaled, or takes that back.
--
-- KEYS
--   scalingPolicies: scaling:policies
-- ARGV
--   pool: name
--   policy: text, or empty to take it back
--   poolsMax: pools that may have something set
-- REPLIES
--   set: it is, or was before
--   removed: nothing is set any more
--   not_set: nothing was
--   full: so many pools have something set

if A.policy == '' then
  return { redis.call('HDEL', K.scalingPolicies, A.pool) == 1 and 'removed' or 'not_set' }
end
local is_new = redis.call('HEXISTS', K.scalingPolicies, A.pool) == 0
if is_new and redis.call('HLEN', K.scalingPolicies) >= tonumber(A.poolsMax) then
  return { 'full' }
end
redis.call('HSET', K.scalingPolicies, A.pool, A.policy)
return { 'set' }
