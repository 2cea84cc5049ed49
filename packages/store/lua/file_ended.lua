-- Files runs that have ended: what a run holds is counted for the family of its root, and an ended root joins those that
-- its workflow keeps. A root that was retried and ended again is filed again, with what it holds now. The caller takes
-- each run for a root; one that is a child stays, and its root is told, so that it can be filed with that.
--
-- include: clock.lua
-- include: statuses.lua
-- include: kept.lua
--
-- KEYS
--   runsUnfiled: runs:unfiled
--   runsEnded: runs:ended
--   fleetEvents: events
--   runs[]: of each run its run:<id>, :state, :steps, :events, :children, :gates:answers, :log, :log:sums, the run:<id> of its root, runs:kept:wf:<workflow of the root>
-- ARGV
--   entries[]: of each run its row and workflow, id of its root, row of its root, workflow of its root, 1 for a child or empty
--   bytesUnmeasured: what a run counts where the server cannot measure
-- REPLIES
--   filed: workflows that something was counted for, children as entry and id of the root in turn

local keys_per_run, values_per_run = 10, 5

-- What the run's keys hold, as Redis measures it: of collections it looks at samples, so a large one costs no more.
-- `first` is the place of its record, before its other keys.
local function run_bytes(first)
  local bytes, last = 0, first + 3
  -- What most runs do not have.
  if redis.call('EXISTS', K.runs[first + 4], K.runs[first + 5], K.runs[first + 6], K.runs[first + 7]) > 0 then
    last = first + 7
  end
  for index = first, last do
    local size = redis.pcall('MEMORY', 'USAGE', K.runs[index], 'SAMPLES', '5')
    if type(size) == 'table' then
      return tonumber(A.bytesUnmeasured)
    end
    bytes = bytes + (size or 0)
  end
  return bytes
end

-- The id of the last fact in the feed, see fact-text.ts. The last field of its newest entry holds the facts, a line each.
local function last_event_id()
  local newest = redis.call('XREVRANGE', K.fleetEvents, '+', '-', 'COUNT', '1')[1]
  if not newest then
    return '0-0'
  end
  local ms, count = string.match(newest[1], '^(%d+)-(%d+)$')
  local _, breaks = string.gsub(newest[2][#newest[2]], '\n', '')
  return ms .. '-' .. string.format('%.0f', tonumber(count) * 1000 + breaks)
end

local fed = last_event_id()
local workflows, children = {}, {}

local function file(first, entry, root_id, root_row, root_workflow, is_child)
  local stored = redis.call('HMGET', K.runs[first], 'status', 'keptBytes', 'root')
  if stored[3] and is_child == '' then
    children[#children + 1], children[#children + 2] = entry, stored[3]
    return
  end
  -- Somebody else has filed it, it is open again, or it is not there any more.
  if redis.call('ZREM', K.runsUnfiled, entry) == 0 or not stored[1] or not has_ended(stored[1]) then
    return
  end
  -- Its root was removed before it ended: nobody can see it any more.
  if is_child ~= '' and redis.call('EXISTS', K.runs[first + 8]) == 0 then
    redis.call('ZADD', K.runsEnded, now, entry)
    return
  end
  local bytes = run_bytes(first)
  local grown = bytes - tonumber(stored[2] or '0')
  local family = kept_family(root_id) + grown
  redis.call('HSET', K.runs[first], 'keptBytes', string.format('%.0f', bytes))
  redis.call('HSET', K.keptFamilies, root_id, string.format('%.0f', family) .. ' ' .. fed)
  if is_child == '' and redis.call('ZADD', K.runs[first + 9], now, root_row) == 1 then
    change_kept_bytes(root_workflow, family)
  elseif redis.call('ZSCORE', K.runs[first + 9], root_row) then
    change_kept_bytes(root_workflow, grown)
  end
  workflows[#workflows + 1] = root_workflow
end

for index = 0, #A.entries / values_per_run - 1 do
  local first = index * values_per_run + 1
  file(index * keys_per_run + 1, unpack(A.entries, first, first + values_per_run - 1))
end
return { 'filed', workflows, children }
