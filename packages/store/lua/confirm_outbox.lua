-- Forgets outbox entries that were performed.
--
-- KEYS
--   outbox: outbox
--   outboxEntries: outbox:entries
-- ARGV
--   ids[]: id
-- REPLIES
--   done: they are gone, or were before

for index = 1, #A.ids do
  redis.call('ZREM', K.outbox, A.ids[index])
  redis.call('HDEL', K.outboxEntries, A.ids[index])
end
return { 'done' }
