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

local filed, children = {}, {}

-- Runs that are still to be filed go to `filed`, those that were taken for roots and are children to `children`.
local function read_run(first, entry, is_unfiled, root)
  local stored = redis.call('HMGET', K.runs[first], 'status', 'keptBytes', 'root')
  if stored[3] and not root.is_other then
    children[#children + 1], children[#children + 2] = entry, stored[3]
  elseif is_unfiled or redis.call('ZSCORE', K.runsUnfiled, entry) then
    filed[#filed + 1] = { first = first, entry = entry, status = stored[1], kept_bytes = stored[2], root = root }
  end
end

local function read_runs()
  local count = #A.entries / values_per_run
  local is_unfiled = {}
  local oldest = redis.call('ZRANGE', K.runsUnfiled, '0', string.format('%.0f', count - 1))
  for index = 1, #oldest do
    is_unfiled[oldest[index]] = true
  end
  for index = 0, count - 1 do
    local place = index * values_per_run
    local entry = A.entries[place + 1]
    read_run(index * keys_per_run + 1, entry, is_unfiled[entry], {
      id = A.entries[place + 2], row = A.entries[place + 3], workflow = A.entries[place + 4],
      is_other = A.entries[place + 5] ~= '',
    })
  end
end

-- Takes all of them off the list. Answers those that count: others are open again or not there any more, or nobody can see
-- them, since their root was removed before they ended.
local function take_off()
  local entries, counted = {}, {}
  for index = 1, #filed do
    local run = filed[index]
    entries[index] = run.entry
    if run.status and has_ended(run.status) then
      if run.root.is_other and redis.call('EXISTS', K.runs[run.first + 8]) == 0 then
        redis.call('ZADD', K.runsEnded, now, run.entry)
      else
        counted[#counted + 1] = run
      end
    end
  end
  redis.call('ZREM', K.runsUnfiled, unpack(entries))
  return counted
end

-- Whether any of the runs has keys that most do not have.
local function have_more_keys(runs)
  local keys = {}
  for index = 1, #runs do
    for place = runs[index].first + 4, runs[index].first + 7 do
      keys[#keys + 1] = K.runs[place]
    end
  end
  return redis.call('EXISTS', unpack(keys)) > 0
end

-- What the run's keys hold, as Redis measures it: of collections it looks at samples, so a large one costs no more.
local function run_bytes(run, keys_count)
  local bytes = 0
  for index = run.first, run.first + keys_count - 1 do
    local size = redis.pcall('MEMORY', 'USAGE', K.runs[index], 'SAMPLES', '5')
    if type(size) == 'table' then
      return tonumber(A.bytesUnmeasured)
    end
    bytes = bytes + (size or 0)
  end
  return bytes
end

-- What is new in the sum of the workflow. A root that is new among those that are kept brings its family, one that is there
-- what came to it. One that was never filed is new, and is added with the others.
local function counted_bytes(run, grown, family, new_roots)
  local kept_roots, row = K.runs[run.first + 9], run.root.row
  if not run.root.is_other then
    if not run.kept_bytes then
      local rows = new_roots[kept_roots] or {}
      new_roots[kept_roots] = rows
      rows[#rows + 1], rows[#rows + 2] = now, row
      return family
    end
    if redis.call('ZADD', kept_roots, now, row) == 1 then
      return family
    end
  end
  return redis.call('ZSCORE', kept_roots, row) and grown or 0
end

local function count_runs(runs)
  local rows = {}
  for index = 1, #runs do
    rows[index] = runs[index].root.row
  end
  local stored, families, sums, new_roots = kept_families(rows), {}, {}, {}
  local keys_count = have_more_keys(runs) and 8 or 4
  for index = 1, #runs do
    local run, root = runs[index], runs[index].root
    local bytes = run_bytes(run, keys_count)
    local grown = bytes - tonumber(run.kept_bytes or '0')
    families[root.id] = (families[root.id] or stored[index].bytes) + grown
    -- For when it is filed again: no other run is opened again.
    if run.status == 'failed' then
      redis.call('HSET', K.runs[run.first], 'keptBytes', string.format('%.0f', bytes))
    end
    sums[root.workflow] = (sums[root.workflow] or 0) + counted_bytes(run, grown, families[root.id], new_roots)
  end
  local fed, texts, workflows = last_event_id(), {}, {}
  for id, bytes in pairs(families) do
    texts[#texts + 1], texts[#texts + 2] = id, string.format('%.0f', bytes) .. ' ' .. fed
  end
  redis.call('HSET', K.keptFamilies, unpack(texts))
  for key, members in pairs(new_roots) do
    redis.call('ZADD', key, unpack(members))
  end
  for workflow, bytes in pairs(sums) do
    if bytes ~= 0 then
      change_kept_bytes(workflow, bytes)
    end
    workflows[#workflows + 1] = workflow
  end
  return workflows
end

read_runs()
local counted = #filed > 0 and take_off() or {}
return { 'filed', #counted > 0 and count_runs(counted) or {}, children }
