-- Files a run that has ended: what it holds is counted for the family of its root, and an ended root joins those that
-- its workflow keeps. A root that was retried and ended again is filed again, with what it holds now.
--
-- include: clock.lua
-- include: statuses.lua
-- include: kept.lua
--
-- KEYS
--   run: run:<id>
--   parts: run:<id>:state
--   steps: run:<id>:steps
--   history: run:<id>:events
--   children: run:<id>:children
--   answers: run:<id>:gates:answers
--   log: run:<id>:log
--   logSums: run:<id>:log:sums
--   rootRun: run:<root>
--   runsUnfiled: runs:unfiled
--   runsEnded: runs:ended
--   fleetEvents: events
-- ARGV
--   entry: row and workflow of the run
--   rootId: id of its root
--   rootRow: row of its root
--   isChild: 1, or empty for a root
--   rootWorkflow: name
--   bytesUnmeasured: what the run counts where the server cannot measure
-- REPLIES
--   filed: counted
--   gone: somebody else has filed it, it is open again, or it is not there any more

-- What the run's keys hold, as Redis measures it: of collections it looks at samples, so a large one costs no more.
local function run_bytes()
  local bytes, measured = 0, { K.run, K.parts, K.steps, K.history }
  -- What most runs do not have.
  if redis.call('EXISTS', K.children, K.answers, K.log, K.logSums) > 0 then
    measured = { K.run, K.parts, K.steps, K.history, K.children, K.answers, K.log, K.logSums }
  end
  for _, key in ipairs(measured) do
    local size = redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', '5')
    if type(size) == 'table' then
      return tonumber(A.bytesUnmeasured)
    end
    bytes = bytes + (size or 0)
  end
  return bytes
end

-- The id of the last fact in an entry of the feed, see fact-text.ts. Its last field holds the facts, a line each.
local function last_event_id(entry_id, fields)
  local ms, count = string.match(entry_id, '^(%d+)-(%d+)$')
  local _, breaks = string.gsub(fields[#fields], '\n', '')
  return ms .. '-' .. string.format('%.0f', tonumber(count) * 1000 + breaks)
end

if redis.call('ZREM', K.runsUnfiled, A.entry) == 0 then
  return { 'gone' }
end
local stored = redis.call('HMGET', K.run, 'status', 'keptBytes')
if not stored[1] or not has_ended(stored[1]) then
  return { 'gone' }
end
-- Its root was removed before it ended: nobody can see it any more.
if A.isChild ~= '' and redis.call('EXISTS', K.rootRun) == 0 then
  redis.call('ZADD', K.runsEnded, now, A.entry)
  return { 'gone' }
end
local bytes = run_bytes()
local grown = bytes - tonumber(stored[2] or '0')
local family = kept_family(A.rootId) + grown
local newest = redis.call('XREVRANGE', K.fleetEvents, '+', '-', 'COUNT', '1')
local fed = newest[1] and last_event_id(newest[1][1], newest[1][2]) or '0-0'
redis.call('HSET', K.run, 'keptBytes', string.format('%.0f', bytes))
redis.call('HSET', K.keptFamilies, A.rootId, string.format('%.0f', family) .. ' ' .. fed)
if A.isChild == '' and redis.call('ZADD', K.keptRoots, now, A.rootRow) == 1 then
  change_kept_bytes(A.rootWorkflow, family)
elseif redis.call('ZSCORE', K.keptRoots, A.rootRow) then
  change_kept_bytes(A.rootWorkflow, grown)
end
return { 'filed' }
