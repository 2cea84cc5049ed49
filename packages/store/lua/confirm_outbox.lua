-- Forgets outbox entries that were performed.
--
-- KEYS
--   outbox: outbox
--   outboxEntries: outbox:entries
-- ARGV
--   ids[]: id; at least one, and far fewer than the interpreter's stack has places
-- REPLIES
--   done: they are gone, or were before

redis.call('ZREM', K.outbox, unpack(A.ids))
redis.call('HDEL', K.outboxEntries, unpack(A.ids))
return { 'done' }
