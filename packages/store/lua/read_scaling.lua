-- What is set and what is remembered about the sizes of pools. Both are bounded where they are written.
--
-- include: clock.lua
--
-- KEYS
--   scalingPolicies: scaling:policies
--   scalingTurns: scaling:turns
-- REPLIES
--   scaling: epoch ms; pool and policy in turn; pool and last turn in turn

return { 'scaling', now, redis.call('HGETALL', K.scalingPolicies), redis.call('HGETALL', K.scalingTurns) }
