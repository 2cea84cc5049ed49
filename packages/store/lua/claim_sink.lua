-- A sink's place in the feed of the fleet, for one worker at a time: taken, renewed, moved, given back.
--
-- include: clock.lua
--
-- KEYS
--   sinks: sinks
-- ARGV
--   sink: name
--   workerId: who asks
--   ttlMs: how long it is claimed; 0 gives it back
--   after: new place, or empty
-- REPLIES
--   held: place
--   busy: another worker has it, or this one has it no longer

local stored = redis.call('HGET', K.sinks, A.sink) or '0 0-0 '
local until_time, place, holder = string.match(stored, '^(%d+) (%S+) (.*)$')
local is_own = holder == A.workerId
if not is_own and (A.after ~= '' or tonumber(until_time) > tonumber(now)) then
  return { 'busy' }
end
if A.after ~= '' then
  place = A.after
end
local claimed_until = string.format('%.0f', tonumber(now) + tonumber(A.ttlMs))
redis.call('HSET', K.sinks, A.sink, claimed_until .. ' ' .. place .. ' ' .. A.workerId)
return { 'held', place }
