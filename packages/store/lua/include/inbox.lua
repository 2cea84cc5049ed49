-- The way into a run. Entries are numbered without gaps: the first one of the list is number inboxSeen + 1.
--
-- include: clock.lua
-- include: statuses.lua
--
-- KEYS
--   timers: timers

-- Appends an event and makes a run that nobody owns want to be looked at. `target` names the run's id, keys (run,
-- inbox), row, status and owner. Returns the status afterwards: an event ends a wait.
local function push_event(target, event)
  redis.call('RPUSH', target.inbox, event)
  if target.owner then
    return target.status
  end
  redis.call('ZADD', K.timers, now, target.id)
  if target.status ~= 'waiting' then
    return target.status
  end
  set_status(target.run, target.row, 'waiting', 'pending')
  return 'pending'
end
