-- The list of all runs of a workflow. Its rows lie in leaves, which Redis keeps in their small form: a third of what a place
-- in a long list costs. The workflow's key is the list of the leaves, each named by the row it began with. A row belongs to
-- the last leaf that does not begin after it.
--
-- KEYS
--   runsWorkflow: runs:wf:<workflow>

-- Half of what the small form takes: rows come a little out of order, and those that come late still have room.
local leaf_rows = 64

local function leaf_of(row)
  return redis.call('ZREVRANGEBYLEX', K.runsWorkflow, '[' .. row, '-', 'LIMIT', '0', '1')[1]
end

local function add_workflow_row(row)
  local first = leaf_of(row)
  local leaf = first and K.runsWorkflow .. ':' .. first
  if not leaf or (redis.call('ZCARD', leaf) >= leaf_rows and redis.call('ZRANGE', leaf, '-1', '-1')[1] < row) then
    redis.call('ZADD', K.runsWorkflow, '0', row)
    leaf = K.runsWorkflow .. ':' .. row
  end
  redis.call('ZADD', leaf, '0', row)
end

-- Few enough for the small form of one leaf. Nearly always they follow each other.
local function add_workflow_rows(rows)
  table.sort(rows)
  add_workflow_row(rows[1])
  local first = leaf_of(rows[1])
  if leaf_of(rows[#rows]) == first then
    local listed = {}
    for index = 1, #rows do
      listed[#listed + 1] = '0'
      listed[#listed + 1] = rows[index]
    end
    redis.call('ZADD', K.runsWorkflow .. ':' .. first, unpack(listed))
    return
  end
  for index = 2, #rows do
    add_workflow_row(rows[index])
  end
end

-- Rows that came one after the other mostly lie in one leaf, or in two.
local function remove_workflow_rows(rows)
  local left = #rows

  local function empty_leaf_of(row)
    local first = leaf_of(row)
    if not first then
      return
    end
    local leaf = K.runsWorkflow .. ':' .. first
    left = left - redis.call('ZREM', leaf, unpack(rows))
    if redis.call('EXISTS', leaf) == 0 then
      redis.call('ZREM', K.runsWorkflow, first)
    end
  end

  empty_leaf_of(rows[1])
  for index = #rows, 2, -1 do
    if left == 0 then
      return
    end
    empty_leaf_of(rows[index])
  end
end
