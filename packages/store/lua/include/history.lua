-- Adds facts to the run's history and to the feed of the fleet; both keep only the newest.
--
-- include: clock.lua
--
-- KEYS
--   history: run:<id>:events
--   fleetEvents: events
-- ARGV
--   runId: id of the run
--   historyMax: entries kept in the history
--   fleetEventsMax: entries kept in the feed

local function add_fact(fact)
  redis.call('XADD', K.history, 'MAXLEN', '~', A.historyMax, '*', 'at', now, 'fact', fact)
  redis.call('XADD', K.fleetEvents, 'MAXLEN', '~', A.fleetEventsMax, '*', 'run', A.runId, 'at', now, 'fact', fact)
end
