-- What is kept of ended runs, per workflow of their roots: the roots by when they were filed, the bytes of each family,
-- and the sum of those. The sum is always that of the families of the roots in the list.
--
-- KEYS
--   keptRoots: runs:kept:wf:<workflow of the root>
--   keptFamilies: runs:kept:families
--   keptBytes: runs:kept:bytes

-- Bytes, and the place in the feed by which everything that was measured had happened.
local function kept_family(root_id)
  local text = redis.call('HGET', K.keptFamilies, root_id) or '0 0-0'
  local bytes, fed = string.match(text, '^(%d+) (%S+)$')
  return tonumber(bytes), fed
end

local function change_kept_bytes(workflow, bytes)
  redis.call('HINCRBY', K.keptBytes, workflow, string.format('%.0f', bytes))
end

-- A root that is removed, or open again, no longer counts for its workflow.
local function stop_counting(row, root_id, workflow)
  if redis.call('ZREM', K.keptRoots, row) == 0 then
    return
  end
  change_kept_bytes(workflow, -kept_family(root_id))
  if redis.call('ZCARD', K.keptRoots) == 0 then
    redis.call('HDEL', K.keptBytes, workflow)
  end
end
