-- Forgets the outbox entry that asked for this write together with it. Somebody who remembers having performed an entry
-- and confirms it afterwards could take it away from a history that has lost the effect. An entry that is not there was
-- performed before, or a failover forgot that anybody asked.
--
-- KEYS
--   outbox: outbox
--   outboxEntries: outbox:entries
-- ARGV
--   confirms: id of the entry that asked for this write, or empty

-- False when an entry is named and not there.
local function confirm()
  if A.confirms == '' then
    return true
  end
  redis.call('HDEL', K.outboxEntries, A.confirms)
  return redis.call('ZREM', K.outbox, A.confirms) == 1
end
