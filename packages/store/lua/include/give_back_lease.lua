-- Gives the lease back with the run. One that is somebody else's stays, and one that lies in other servers is not here.
--
-- KEYS
--   lease: lease:<id>

local function give_back_lease(token)
  if redis.call('GET', K.lease) == token then
    redis.call('DEL', K.lease)
  end
end
