-- Entries of the outbox that are older than an age, oldest first.
--
-- include: clock.lua
--
-- KEYS
--   outbox: outbox
--   outboxEntries: outbox:entries
-- ARGV
--   olderThanMs: age
--   limit: entries at most
-- REPLIES
--   entries: JSON of each

local before = string.format('%.0f', tonumber(now) - tonumber(A.olderThanMs))
local ids = redis.call('ZRANGEBYSCORE', K.outbox, '-inf', before, 'LIMIT', '0', A.limit)
local entries = {}
for index = 1, #ids do
  entries[index] = redis.call('HGET', K.outboxEntries, ids[index])
end
return { 'entries', entries }
