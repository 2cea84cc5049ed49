-- The lists in which runs are found by their label. Only root runs are in them, and only those that have a label: a
-- child has its root's. The second list outlives a record that has expired, so whoever takes a row out needs the row only.
--
-- KEYS
--   runsLabels: runs:labels
--   runsLabelled: runs:labelled

local function take_labels(rows)
  local labels = redis.call('HMGET', K.runsLabelled, unpack(rows))
  for index = 1, #rows do
    if labels[index] then
      redis.call('ZREM', K.runsLabels, labels[index] .. '\0' .. rows[index])
      redis.call('HDEL', K.runsLabelled, rows[index])
    end
  end
end

-- A row that may have had another label loses that first.
local function put_label(row, label)
  redis.call('ZADD', K.runsLabels, '0', label .. '\0' .. row)
  redis.call('HSET', K.runsLabelled, row, label)
end
