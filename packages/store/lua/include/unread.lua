-- What a worker that owns the run is told after a write: its unread events.
--
-- KEYS
--   inbox: run:<id>:inbox

-- A limit of the model.
local inbox_page_max = 500

-- Number of the last consumed event, then the events after it.
local function unread_events(seen)
  return { seen, redis.call('LRANGE', K.inbox, '0', inbox_page_max - 1) }
end
