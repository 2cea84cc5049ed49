-- Since when a run that nobody owns has been ready for a worker. What a sweeper has told already no longer has its time, so a
-- fresh run then counts from its start, another from its first unread event.
--
-- include: clock.lua
--
-- KEYS
--   timers: timers
--   run: run:<id>
--   inbox: run:<id>:inbox
-- ARGV
--   runId: id of the run
-- REPLIES
--   ready: epoch ms
--   unknown: somebody works on it, it is gone, or it waited for a permit and nobody knows how long

local wants_since = redis.call('ZSCORE', K.timers, A.runId)
if wants_since and tonumber(wants_since) <= tonumber(now) then
  return { 'ready', string.format('%.0f', tonumber(wants_since)) }
end
local run = redis.call('HMGET', K.run, 'owner', 'generation', 'row', 'readyAt', 'permits', 'status', 'wakeAt')
local is_parked = (run[6] == 'waiting' or run[6] == 'cancelling') and not run[1]
if not wants_since and is_parked and run[7] and tonumber(run[7]) <= tonumber(now) then
  return { 'ready', run[7] }
end
if run[1] or not run[2] or run[5] then
  return { 'unknown' }
end
if run[2] == '0' then
  -- A row begins with the time of creation.
  return { 'ready', run[4] or string.format('%.0f', tonumber(string.match(run[3], '^%d+'))) }
end
-- Events begin with their time, or with type and time; nothing else of them is looked at.
local event = redis.call('LINDEX', K.inbox, '0') or ''
local at = string.match(event, '^{"at":(%d+)') or string.match(event, '^{"type":"%a+","at":(%d+)')
if at then
  return { 'ready', at }
end
return { 'unknown' }
