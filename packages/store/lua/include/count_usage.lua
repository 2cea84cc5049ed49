-- What the runs of a workflow used on a day, and how many of them ended how: one text of ten numbers per day and
-- workflow. Days are those of this server's clock in UTC. Called by the write that makes the same durable for the run, so
-- that what is refused or repeated is never counted.
--
-- include: clock.lua
--
-- KEYS
--   usageRows: usage
--   usageSums: usage:sums

-- As in the model's limits: days kept, workflows with a row of their own on one day.
local usage_days_kept = 400
local usage_workflows_max = 250

-- Seven numbers of usage, then runs by how they ended.
local usage_columns = 10
local ended_column = { completed = 8, failed = 9, cancelled = 10 }

local function day_text(day)
  return string.format('%05d', day)
end

-- A few with each new row are enough: as many leave in a day as came.
local function forget_old_usage(day)
  local old = redis.call(
    'ZRANGEBYLEX', K.usageRows, '-', '(' .. day_text(day - usage_days_kept), 'LIMIT', '0', '10'
  )
  for index = 1, #old do
    redis.call('ZREM', K.usageRows, old[index])
    redis.call('HDEL', K.usageSums, old[index])
  end
end

-- The workflow's row of today and what it holds; on a day with too many workflows the one that the others share.
local function usage_row(workflow)
  local day = math.floor(tonumber(now) / 86400000)
  local row = day_text(day) .. ' ' .. workflow
  local sums = redis.call('HGET', K.usageSums, row)
  if sums then
    return row, sums
  end
  if redis.call('ZLEXCOUNT', K.usageRows, '[' .. day_text(day) .. ' ', '(' .. day_text(day) .. '!') >= usage_workflows_max then
    row = day_text(day) .. ' *'
    sums = redis.call('HGET', K.usageSums, row)
  end
  if not sums then
    redis.call('ZADD', K.usageRows, '0', row)
    forget_old_usage(day)
  end
  return row, sums or ''
end

-- `added`: numbers as text by their column; a column that is not there adds nothing.
local function count_usage(workflow, added)
  local row, sums = usage_row(workflow)
  local numbers = {}
  for number in string.gmatch(sums, '%S+') do
    numbers[#numbers + 1] = number
  end
  for column = 1, usage_columns do
    local before, more = numbers[column] or '0', added[column] or '0'
    numbers[column] = more == '0' and before or string.format('%.0f', tonumber(before) + tonumber(more))
  end
  redis.call('HSET', K.usageSums, row, table.concat(numbers, ' '))
end
