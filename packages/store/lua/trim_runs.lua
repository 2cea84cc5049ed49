-- Removes the oldest ended roots of a workflow that keeps more than it may, each when every sink has its events. From this
-- script on nobody sees them; their descendants follow in steps.
--
-- include: clock.lua
-- include: statuses.lua
-- include: erase_runs.lua
--
-- KEYS
--   sinks: sinks
--   runs[]: of each root its run:<id>, :state, :steps, :inbox, :inbox:ids, :events, :gates:answers, :log, :log:sums, :children
-- ARGV
--   rows[]: entries of the roots in lists, the oldest that the caller has seen
--   workflow: name
--   countMax: roots the workflow may keep
--   bytesMax: bytes their families may hold together
--   sinks[]: names of sinks that must have a root's events
--   sinkWaitMs: how long they are waited for
-- REPLIES
--   more: roots removed, rows of those among them that a sink had not taken
--   enough: the same; the workflow keeps no more than it may
--   held: the same; a sink has yet to take the events of the next one

local keys_per_run = 10

-- Ids of a stream are `<ms>-<count>`.
local function is_before(left, right)
  local left_ms, left_count = string.match(left, '^(%d+)-(%d+)$')
  local right_ms, right_count = string.match(right, '^(%d+)-(%d+)$')
  if left_ms ~= right_ms then
    return tonumber(left_ms) < tonumber(right_ms)
  end
  return tonumber(left_count) < tonumber(right_count)
end

local taken = {}
for index = 1, #A.sinks do
  taken[index] = string.match(redis.call('HGET', K.sinks, A.sinks[index]) or '0 0-0 ', '^%d+ (%S+) ')
end

local function every_sink_has(fed)
  for index = 1, #taken do
    if is_before(taken[index], fed) then
      return false
    end
  end
  return true
end

local first_key = {}
for index = 1, #A.rows do
  first_key[A.rows[index]] = (index - 1) * keys_per_run + 1
end

local count = redis.call('ZCARD', K.keptRoots)
local bytes = tonumber(redis.call('HGET', K.keptBytes, A.workflow) or '0')
-- The caller may be late: what it has seen may be gone, or no more the oldest.
local with_times = redis.call('ZRANGE', K.keptRoots, '0', string.format('%.0f', #A.rows - 1), 'WITHSCORES')
local oldest = {}
for index = 1, #with_times, 2 do
  oldest[#oldest + 1] = with_times[index]
end
local families = #oldest > 0 and kept_families(oldest)
local removed, unarchived, keys, children = {}, {}, {}, {}
local reply = 'more'

local function remove(row, first, is_taken)
  removed[#removed + 1] = row
  for index = first, first + keys_per_run - 2 do
    keys[#keys + 1] = K.runs[index]
  end
  children[#children + 1] = K.runs[first + keys_per_run - 1]
  if not is_taken then
    unarchived[#unarchived + 1] = row
  end
end

for index = 1, #oldest do
  local row, since, family = oldest[index], with_times[2 * index], families[index]
  local first = first_key[row]
  if not first then
    break
  end
  if count <= tonumber(A.countMax) and bytes <= tonumber(A.bytesMax) then
    reply = 'enough'
    break
  end
  local status = redis.call('HGET', K.runs[first], 'status')
  if status and not has_ended(status) then
    stop_counting({ row }, A.workflow)
  else
    local is_taken = every_sink_has(family.fed)
    if not is_taken and tonumber(now) - tonumber(since) < tonumber(A.sinkWaitMs) then
      reply = 'held'
      break
    end
    remove(row, first, is_taken)
  end
  count, bytes = count - 1, bytes - family.bytes
end
if #removed > 0 then
  erase_runs(removed, keys, children)
end
return { reply, string.format('%.0f', #removed), unarchived }
