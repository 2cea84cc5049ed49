-- Removes an ended root when its workflow keeps more than it may, and when every sink has its events. From this script
-- on nobody sees the run; its descendants follow in steps.
--
-- include: clock.lua
-- include: statuses.lua
-- include: erase_run.lua
--
-- KEYS
--   run: run:<id>
--   sinks: sinks
-- ARGV
--   row: entry of the run in lists
--   runId: id of the run
--   workflow: name
--   countMax: roots the workflow may keep
--   bytesMax: bytes their families may hold together
--   sinks[]: names of sinks that must have its events
--   sinkWaitMs: how long they are waited for
-- REPLIES
--   removed: gone
--   unarchived: gone, though a sink has not taken its events
--   enough: the workflow keeps no more than it may
--   held: a sink has yet to take its events
--   open: it has been retried
--   gone: it is not among those that are kept

-- Ids of a stream are `<ms>-<count>`.
local function is_before(left, right)
  local left_ms, left_count = string.match(left, '^(%d+)-(%d+)$')
  local right_ms, right_count = string.match(right, '^(%d+)-(%d+)$')
  if left_ms ~= right_ms then
    return tonumber(left_ms) < tonumber(right_ms)
  end
  return tonumber(left_count) < tonumber(right_count)
end

local function every_sink_has(fed)
  for index = 1, #A.sinks do
    local stored = redis.call('HGET', K.sinks, A.sinks[index]) or '0 0-0 '
    if is_before(string.match(stored, '^%d+ (%S+) '), fed) then
      return false
    end
  end
  return true
end

local since = redis.call('ZSCORE', K.keptRoots, A.row)
if not since then
  return { 'gone' }
end
local held_bytes = tonumber(redis.call('HGET', K.keptBytes, A.workflow) or '0')
if redis.call('ZCARD', K.keptRoots) <= tonumber(A.countMax) and held_bytes <= tonumber(A.bytesMax) then
  return { 'enough' }
end
local status = redis.call('HGET', K.run, 'status')
if status and not has_ended(status) then
  stop_counting(A.row, A.runId, A.workflow)
  return { 'open' }
end
local _, fed = kept_family(A.runId)
local is_taken = every_sink_has(fed)
if not is_taken and tonumber(now) - tonumber(since) < tonumber(A.sinkWaitMs) then
  return { 'held' }
end
erase_run()
return { is_taken and 'removed' or 'unarchived' }
