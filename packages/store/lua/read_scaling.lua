-- What is set and what is remembered about the sizes of pools. Both are bounded where they are written.
--
-- include: clock.lua
--
-- KEYS
--   scalingPolicies: scaling:policies
--   scalingTurns: scaling:turns
--   poolsUsed: scaling:used
-- ARGV
--   usedMs: how long a pool is known to be used
--   poolsMax: pools that are known to be used
-- REPLIES
--   scaling: epoch ms; pool and policy in turn; pool and last turn in turn; pools that runs were created for lately

local since = string.format('%.0f', tonumber(now) - tonumber(A.usedMs))
return {
  'scaling', now, redis.call('HGETALL', K.scalingPolicies), redis.call('HGETALL', K.scalingTurns),
  redis.call('ZRANGEBYSCORE', K.poolsUsed, since, '+inf', 'LIMIT', '0', A.poolsMax),
}
