-- What is kept of ended runs, per workflow of their roots: the roots by when they were filed, the bytes of each family,
-- and the sum of those. The sum is always that of the families of the roots in the list.
--
-- KEYS
--   keptRoots: runs:kept:wf:<workflow of the root>
--   keptFamilies: runs:kept:families
--   keptBytes: runs:kept:bytes

-- A row is `<15 digits>:<id>`.
local function id_of_row(row)
  return string.sub(row, 17)
end

-- Of the families of these roots: bytes, and the place in the feed by which everything that was measured had happened.
local function kept_families(rows)
  local ids, families = {}, {}
  for index = 1, #rows do
    ids[index] = id_of_row(rows[index])
  end
  local texts = redis.call('HMGET', K.keptFamilies, unpack(ids))
  for index = 1, #rows do
    local bytes, fed = string.match(texts[index] or '0 0-0', '^(%d+) (%S+)$')
    families[index] = { bytes = tonumber(bytes), fed = fed }
  end
  return families
end

local function change_kept_bytes(workflow, bytes)
  redis.call('HINCRBY', K.keptBytes, workflow, string.format('%.0f', bytes))
end

-- Roots that are removed, or one that is open again, no longer count for their workflow. Of several each is in the list.
local function stop_counting(rows, workflow)
  if redis.call('ZREM', K.keptRoots, unpack(rows)) == 0 then
    return
  end
  local families, bytes = kept_families(rows), 0
  for index = 1, #rows do
    bytes = bytes + families[index].bytes
  end
  change_kept_bytes(workflow, -bytes)
  if redis.call('ZCARD', K.keptRoots) == 0 then
    redis.call('HDEL', K.keptBytes, workflow)
  end
end
