-- Of runs that are parked, those whose time has come: their jobs should have come with it. They join the ones that want to
-- be looked at, so that each is told once per interval. A parked run has no place in `timers` as long as its job can be
-- relied on, which is a place less for each.
--
-- include: clock.lua
--
-- KEYS
--   timers: timers
--   runs[]: run:<id> of each
-- ARGV
--   ids[]: id of each
--   limit: runs told at most
--   againMs: when a run that is still there is told again
-- REPLIES
--   runs: ids

local ids = {}
local again_at = string.format('%.0f', tonumber(now) + tonumber(A.againMs))
for index = 1, #K.runs do
  local stored = redis.call('HMGET', K.runs[index], 'status', 'owner', 'wakeAt')
  local is_parked = (stored[1] == 'waiting' or stored[1] == 'cancelling') and not stored[2]
  if is_parked and stored[3] and tonumber(stored[3]) <= tonumber(now) then
    if #ids < tonumber(A.limit) and redis.call('ZADD', K.timers, 'NX', again_at, A.ids[index]) == 1 then
      ids[#ids + 1] = A.ids[index]
    end
  end
end
return { 'runs', ids }
