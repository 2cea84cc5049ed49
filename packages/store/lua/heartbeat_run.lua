-- Shows the owner alive between commits, and tells it whether somebody wants something of the run.
--
-- include: clock.lua
-- include: fenced.lua
--
-- KEYS
--   inbox: run:<id>:inbox
--   leases: leases
-- ARGV
--   runId: id of the run
-- REPLIES
--   ok: 1 with unread events else 0, cancel request

redis.call('HSET', K.run, 'heartbeatAt', now)
redis.call('ZADD', K.leases, now, A.runId)
return { 'ok', redis.call('EXISTS', K.inbox) == 1 and '1' or '0', cancel_request }
