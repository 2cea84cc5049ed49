-- Entries of the outbox that are older than an age, oldest first. Each that is told counts as written now: it is told
-- again when it has that age once more, so entries that cannot be performed do not hide the ones behind them.
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
  redis.call('ZADD', K.outbox, now, ids[index])
end
return { 'entries', entries }
