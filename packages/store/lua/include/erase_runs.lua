-- Takes runs of one workflow out of Redis: their keys, and their rows in all lists. Only the list of a run's children stays
-- while there are any, with a note for the sweepers: they are removed next, in steps. A lease expires by itself, an entry
-- in the outbox is still to be performed, and an idempotency key is remembered for as long as it was meant to be.
--
-- include: clock.lua
-- include: statuses.lua
-- include: kept.lua
-- include: workflow_rows.lua
-- include: labels.lua
--
-- KEYS
--   runsEnded: runs:ended
--   runsUnfiled: runs:unfiled
--   runsOrphaning: runs:orphaning
-- ARGV
--   workflow: name

-- `rows`: entries in lists, some dozens at most; of several each is among the roots that are kept. `keys`: all keys of these
-- runs but the lists of their children, `children`: those, in the order of the rows.
local function erase_runs(rows, keys, children)
  local entries, ids = {}, {}
  for index = 1, #rows do
    entries[index] = rows[index] .. ' ' .. A.workflow
    ids[index] = id_of_row(rows[index])
  end
  stop_counting(rows, A.workflow)
  redis.call('HDEL', K.keptFamilies, unpack(ids))
  redis.call('UNLINK', unpack(keys))
  remove_workflow_rows(rows)
  take_labels(rows)
  redis.call('ZREM', K.statusCompleted, unpack(rows))
  redis.call('ZREM', K.statusFailed, unpack(rows))
  redis.call('ZREM', K.statusCancelled, unpack(rows))
  redis.call('ZREM', K.runsEnded, unpack(entries))
  redis.call('ZREM', K.runsUnfiled, unpack(entries))
  if redis.call('EXISTS', unpack(children)) == 0 then
    return
  end
  for index = 1, #rows do
    if redis.call('EXISTS', children[index]) == 1 then
      redis.call('ZADD', K.runsOrphaning, now, rows[index])
    end
  end
end
