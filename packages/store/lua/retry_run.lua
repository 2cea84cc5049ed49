-- Opens a failed run again: what it has no longer expires, and the event makes the engine go on from what failed. A run
-- that no worker could continue was not ended by the engine, so nothing is told to it: its frames are open still, and its
-- gates are open again.
--
-- include: pool.lua
-- include: clock.lua
-- include: statuses.lua
-- include: parts.lua
-- include: history.lua
-- include: inbox.lua
--
-- KEYS
--   run: run:<id>
--   parts: run:<id>:state
--   steps: run:<id>:steps
--   inbox: run:<id>:inbox
--   dedupe: run:<id>:inbox:ids
--   history: run:<id>:events
--   children: run:<id>:children
--   answers: run:<id>:gates:answers
--   log: run:<id>:log
--   logSums: run:<id>:log:sums
--   runsEnded: runs:ended
--   gatesOpen: gates:open
-- ARGV
--   runId: id of the run
--   eventTail: JSON of the event after its member `at`
--   fact: as text
-- REPLIES
--   retried: status, pool as JSON
--   not_failed: status
--   not_found: no such run

local stored = redis.call('HMGET', K.run, 'status', 'row', 'workflow', 'pool', 'unowned', 'gatesAway')
local status = stored[1]
if not status then
  return { 'not_found' }
end
if status ~= 'failed' then
  return { 'not_failed', status }
end
local kept = { K.run, K.parts, K.steps, K.history, K.children, K.answers, K.inbox, K.dedupe, K.log, K.logSums }
for index = 1, #kept do
  redis.call('PERSIST', kept[index])
end
redis.call('ZREM', K.runsEnded, stored[2] .. ' ' .. stored[3])

local function open_gates_again(places)
  for place in string.gmatch(places, '%S+') do
    local entry = redis.call('HGET', K.answers, 'away ' .. place)
    redis.call('ZADD', K.gatesOpen, '0', entry)
    redis.call('HDEL', K.answers, 'away ' .. place)
  end
  redis.call('HSET', K.run, 'gates', places)
  redis.call('HDEL', K.run, 'gatesAway')
end

write_parts({}, { 'summary', 'error' }, {})
if stored[6] then
  open_gates_again(stored[6])
end
redis.call('HDEL', K.run, 'endedAt', 'unowned', 'recoveries', 'cancelReason', 'cancelBy', 'cancelAt')
set_status(K.run, stored[2], status, 'pending')
if stored[5] then
  add_facts(A.fact)
  redis.call('ZADD', K.timers, now, A.runId)
else
  push_event({ id = A.runId, run = K.run, inbox = K.inbox, status = 'pending', row = stored[2] },
    '{"at":' .. now .. ',' .. A.eventTail)
end
return { 'retried', 'pending', stored[4] or usual_pool }
