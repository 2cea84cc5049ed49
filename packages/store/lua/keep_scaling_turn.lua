-- Makes what somebody decided about a pool's size the last turn, if they went on from the turn that is the last one now.
-- So there is one row of turns for each pool, whoever asks.
--
-- include: clock.lua
--
-- KEYS
--   scalingTurns: scaling:turns
--   scalingPools: scaling:pools
-- ARGV
--   pool: name
--   before: the turn it went on from, or empty when there was none
--   turn: text
--   poolsMax: pools that are remembered
--   keptMs: a pool that nobody asked about for so long makes room for others
-- REPLIES
--   kept: it is the last turn
--   overtaken: the last turn, of somebody else
--   full: so many pools are remembered, and all of them were asked about lately

local last = redis.call('HGET', K.scalingTurns, A.pool)
if (last or '') ~= A.before then
  return { 'overtaken', last or '' }
end
if not last and redis.call('HLEN', K.scalingTurns) >= tonumber(A.poolsMax) then
  local before = string.format('%.0f', tonumber(now) - tonumber(A.keptMs))
  local unused = redis.call('ZRANGEBYSCORE', K.scalingPools, '-inf', before, 'LIMIT', '0', '20')
  if #unused == 0 then
    return { 'full' }
  end
  for index = 1, #unused do
    redis.call('ZREM', K.scalingPools, unused[index])
    redis.call('HDEL', K.scalingTurns, unused[index])
  end
end
redis.call('HSET', K.scalingTurns, A.pool, A.turn)
redis.call('ZADD', K.scalingPools, now, A.pool)
return { 'kept' }
