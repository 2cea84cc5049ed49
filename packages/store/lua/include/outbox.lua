-- Work outside the store, kept until it is confirmed.
--
-- include: clock.lua
--
-- KEYS
--   outbox: outbox
--   outboxEntries: outbox:entries

local function add_to_outbox(id, entry)
  redis.call('ZADD', K.outbox, now, id)
  redis.call('HSET', K.outboxEntries, id, entry)
end
