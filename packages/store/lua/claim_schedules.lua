-- Schedules whose due time has come, the longest due first. Each that is told is looked at again only after a while, so that one
-- worker has it and not all; the due time itself lies in the schedule. Whoever moves it ends the claim.
--
-- include: clock.lua
--
-- KEYS
--   schedulesDue: schedules:due
-- ARGV
--   claimMs: how long nobody else is told
--   limit: schedules at most
-- REPLIES
--   due: names, and when there may be more (epoch ms, or empty)

local names = redis.call('ZRANGEBYSCORE', K.schedulesDue, '-inf', now, 'LIMIT', '0', A.limit)
local again = string.format('%.0f', tonumber(now) + tonumber(A.claimMs))
for index = 1, #names do
  redis.call('ZADD', K.schedulesDue, again, names[index])
end
local first = redis.call('ZRANGEBYSCORE', K.schedulesDue, '-inf', '+inf', 'WITHSCORES', 'LIMIT', '0', '1')
return { 'due', names, first[2] and string.format('%.0f', tonumber(first[2])) or '' }
