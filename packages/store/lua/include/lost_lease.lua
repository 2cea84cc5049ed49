-- Tells in the run's history that its owner lost it. Whoever loses a lease can write nothing more, so the one who
-- comes after tells it, in the script that takes the run.
--
-- KEYS
--   run: run:<id>

-- The fact `lease.lost` and the end of its line.
local function lost_lease(generation)
  return '["ll",' .. redis.call('HGET', K.run, 'owner') .. ',' .. generation .. ']\n'
end
