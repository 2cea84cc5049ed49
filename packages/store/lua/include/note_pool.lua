-- A pool that nobody works for is seen by this only: the pools that runs were created for, the newest.
--
-- include: clock.lua
-- include: pool.lua
--
-- KEYS
--   poolsUsed: scaling:used
-- ARGV
--   pool: name as JSON, which has nothing but letters, digits and signs
--   poolsMax: pools that are known to be used

local function note_pool()
  if A.pool ~= usual_pool then
    redis.call('ZADD', K.poolsUsed, now, string.sub(A.pool, 2, -2))
    redis.call('ZREMRANGEBYRANK', K.poolsUsed, '0', string.format('%.0f', -1 - tonumber(A.poolsMax)))
  end
end
