-- Which status may follow which, and the lists of runs by status. A run lies in exactly one of these lists.
--
-- KEYS
--   statusPending: runs:pending
--   statusRunning: runs:running
--   statusWaiting: runs:waiting
--   statusCancelling: runs:cancelling
--   statusCompleted: runs:completed
--   statusFailed: runs:failed
--   statusCancelled: runs:cancelled

local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end

-- Most writes change no status, so the tables are made where they are needed. What may follow is as the model has it, which
-- a test compares.
local function may_become(from, to)
  if from == to then
    return true
  end
  local followers = {
    pending = ' running cancelling cancelled failed ',
    running = ' waiting pending cancelling completed failed cancelled ',
    waiting = ' pending running cancelling cancelled failed ',
    cancelling = ' cancelled completed failed ',
    completed = ' ',
    failed = ' pending running ',
    cancelled = ' ',
  }
  return string.find(followers[from], ' ' .. to .. ' ', 1, true) ~= nil
end

-- A cancel request is not undone by a worker that has not heard of it yet.
local function open_status(stored, wanted)
  if stored == 'cancelling' then
    return stored
  end
  return wanted
end

local function move_row(row, from, to)
  if from == to then
    return
  end
  local status_rows = {
    pending = K.statusPending,
    running = K.statusRunning,
    waiting = K.statusWaiting,
    cancelling = K.statusCancelling,
    completed = K.statusCompleted,
    failed = K.statusFailed,
    cancelled = K.statusCancelled,
  }
  redis.call('ZREM', status_rows[from], row)
  redis.call('ZADD', status_rows[to], '0', row)
end

-- Writes the status of the run at `run_key`; the caller has asked may_become before it wrote anything.
local function set_status(run_key, row, from, to)
  if from ~= to then
    redis.call('HSET', run_key, 'status', to)
    move_row(row, from, to)
  end
end

local function illegal_status(from, to)
  return redis.error_reply('RUNFLEET a run that is ' .. from .. ' cannot become ' .. to)
end
