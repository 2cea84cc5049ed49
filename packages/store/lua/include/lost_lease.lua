-- Tells in the run's history that its owner lost it. Whoever loses a lease can write nothing more, so the one who
-- comes after tells it, in the script that takes the run.
--
-- include: history.lua
--
-- KEYS
--   run: run:<id>

-- A run owned since before owners were kept as JSON is taken without a word.
local function note_lost_lease(generation)
  local owner_json = redis.call('HGET', K.run, 'ownerJson')
  if owner_json then
    add_fact('{"type":"lease.lost","worker":' .. owner_json .. ',"generation":' .. generation .. '}')
  end
end
