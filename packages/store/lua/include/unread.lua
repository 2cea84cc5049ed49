-- What a worker that owns the run is told after a write: its unread events and the cancel request.
--
-- KEYS
--   run: run:<id>
--   inbox: run:<id>:inbox
-- ARGV
--   inboxPage: events told at once

-- Number of the last consumed event, then the events after it.
local function unread_events()
  local seen = redis.call('HGET', K.run, 'inboxSeen') or '0'
  return { seen, redis.call('LRANGE', K.inbox, '0', string.format('%.0f', tonumber(A.inboxPage) - 1)) }
end

-- Reason, by, at; empty when nobody asked for a cancel.
local function cancel_request()
  local cancel = redis.call('HMGET', K.run, 'cancelReason', 'cancelBy', 'cancelAt')
  if not cancel[3] then
    return {}
  end
  return cancel
end
