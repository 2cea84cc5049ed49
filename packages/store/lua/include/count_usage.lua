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
local usage_days_kept, usage_workflows_max = 400, 250

-- `added`: numbers as text by their column; a column that is not there adds nothing. Seven are of usage, then runs by how they
-- ended: completed, failed, cancelled.
local function count_usage(workflow, added)
  local function day_text(day)
    return string.format('%05d', day)
  end
  local day = math.floor(tonumber(now) / 86400000)
  local today = day_text(day)

  -- A few with each new row are enough: as many leave in a day as came.
  local function forget_old_usage()
    local before = '(' .. day_text(day - usage_days_kept)
    local old = redis.call('ZRANGEBYLEX', K.usageRows, '-', before, 'LIMIT', '0', '10')
    for index = 1, #old do
      redis.call('ZREM', K.usageRows, old[index])
      redis.call('HDEL', K.usageSums, old[index])
    end
  end

  -- The workflow's row of today and what it holds; on a day with too many workflows the one that the others share.
  local row = today .. ' ' .. workflow
  local sums = redis.call('HGET', K.usageSums, row)
  if not sums then
    if redis.call('ZLEXCOUNT', K.usageRows, '[' .. today .. ' ', '(' .. today .. '!') >= usage_workflows_max then
      row = today .. ' *'
      sums = redis.call('HGET', K.usageSums, row)
    end
    if not sums then
      redis.call('ZADD', K.usageRows, '0', row)
      forget_old_usage()
    end
  end
  local numbers = {}
  for number in string.gmatch(sums or '', '%S+') do
    numbers[#numbers + 1] = number
  end
  for column = 1, 10 do
    local before, more = numbers[column] or '0', added[column] or '0'
    numbers[column] = more == '0' and before or string.format('%.0f', tonumber(before) + tonumber(more))
  end
  redis.call('HSET', K.usageSums, row, table.concat(numbers, ' '))
end
