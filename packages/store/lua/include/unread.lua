-- What a worker that owns the run is told after a write: its unread events.
--
-- KEYS
--   inbox: run:<id>:inbox
-- ARGV
--   inboxPage: events told at once

-- Number of the last consumed event, then the events after it.
local function unread_events(seen)
  return { seen, redis.call('LRANGE', K.inbox, '0', string.format('%.0f', tonumber(A.inboxPage) - 1)) }
end
