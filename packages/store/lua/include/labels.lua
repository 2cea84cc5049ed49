-- The lists in which runs are found by their label. Only root runs are in them, and only those that have a label: a
-- child has its root's. The second list outlives a record that has expired, so whoever takes a row out needs the row only.
--
-- KEYS
--   runsLabels: runs:labels
--   runsLabelled: runs:labelled

local function take_label(row)
  local label = redis.call('HGET', K.runsLabelled, row)
  if label then
    redis.call('ZREM', K.runsLabels, label .. '\0' .. row)
    redis.call('HDEL', K.runsLabelled, row)
  end
end

local function put_label(row, label)
  take_label(row)
  if label ~= '' then
    redis.call('ZADD', K.runsLabels, '0', label .. '\0' .. row)
    redis.call('HSET', K.runsLabelled, row, label)
  end
end
