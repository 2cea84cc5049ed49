-- Adds facts to the run's history and to the feed of the fleet; both keep only the newest.
--
-- include: clock.lua
--
-- KEYS
--   history: run:<id>:events
--   historyCopy: run:<id>:events:copy
--   fleetEvents: events
-- ARGV
--   runId: id of the run

-- Limits of the model.
local history_entries_max = '20000'
local fleet_events_max = '50000'

-- After the first entry. A new stream sets 4 KiB aside for entries to come, which most runs never have. A copy is as large
-- as what is in it, and grows with what is added. Where there is no COPY (before Redis 6.2) the stream stays as it is.
local function fit_stream(key, copy)
  local copied = redis.pcall('COPY', key, copy, 'REPLACE')
  if copied == 1 then
    redis.call('RENAME', copy, key)
  end
end

local function fit_history()
  fit_stream(K.history, K.historyCopy)
end

-- Facts of one script, a line each, as one entry. Its time is that of its id in the history, but for a test; the feed says
-- it, since Redis before 7.2 may give the two entries ids of different milliseconds.
local function add_facts(facts)
  if A.now == '' then
    local id = redis.call('XADD', K.history, 'MAXLEN', '~', history_entries_max, '*', 'facts', facts)
    local at = string.match(id, '^%d+')
    redis.call('XADD', K.fleetEvents, 'MAXLEN', '~', fleet_events_max, '*', 'run', A.runId, 'at', at, 'facts', facts)
    return
  end
  redis.call('XADD', K.history, 'MAXLEN', '~', history_entries_max, '*', 'at', now, 'facts', facts)
  redis.call('XADD', K.fleetEvents, 'MAXLEN', '~', fleet_events_max, '*', 'run', A.runId, 'at', now, 'facts', facts)
end
