-- Gives an ended run, as an item, to one run of a foreach. The mark lies in the run's own record and leaves with it.
--
-- include: statuses.lua
--
-- KEYS
--   run: run:<id>
-- ARGV
--   field: name of the mark, one per foreach
--   claim: who gets it
--   instead: claim that may be replaced, or empty
-- REPLIES
--   given: it is this one's, now or since before
--   claimed: claim of somebody else
--   gone: there is no such run, or it has not ended

local stored = redis.call('HMGET', K.run, 'status', A.field)
if not stored[1] or not has_ended(stored[1]) then
  return { 'gone' }
end
if stored[2] and stored[2] ~= A.claim and stored[2] ~= A.instead then
  return { 'claimed', stored[2] }
end
redis.call('HSET', K.run, A.field, A.claim)
return { 'given' }
