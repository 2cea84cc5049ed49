-- Runs whose owner has not been heard of for a while, most silent first.
--
-- include: clock.lua
--
-- KEYS
--   leases: leases
-- ARGV
--   silentMs: how long
--   limit: runs at most
-- REPLIES
--   runs: ids

local before = string.format('%.0f', tonumber(now) - tonumber(A.silentMs))
return { 'runs', redis.call('ZRANGEBYSCORE', K.leases, '-inf', before, 'LIMIT', '0', A.limit) }
