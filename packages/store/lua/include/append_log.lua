-- Adds pieces to the log of a run, and keeps it bounded: a step that has too much loses its own oldest pieces, a run that
-- has too much its oldest ones. How much there is of the run and of each step lies beside the log.
--
-- include: history.lua
--
-- KEYS
--   log: run:<id>:log
--   logCopy: run:<id>:log:copy
--   logSums: run:<id>:log:sums
-- ARGV
--   logPieces[]: address, head, lines, see log-text.ts

-- Most writes have no piece, so nothing is made for those.
local function append_log()
  if #A.logPieces == 0 then
    return
  end

  -- Limits of the model.
  local step_log_bytes_max = 262144
  local step_log_lines_max = 5000
  local run_log_bytes_max = 1048576
  local run_log_lines_max = 20000

  local log_sums = {}

  -- `first`: a place in the log before which a step has nothing.
  local function log_sums_of(field)
    if not log_sums[field] then
      local stored = redis.call('HGET', K.logSums, field) or '0 0 0 -'
      local bytes, lines, left_out, first = string.match(stored, '^(%d+) (%d+) (%d+) (%S+)$')
      log_sums[field] = { bytes = tonumber(bytes), lines = tonumber(lines), left_out = tonumber(left_out), first = first }
    end
    return log_sums[field]
  end

  local function count_log(field, piece, sign)
    local sums = log_sums_of(field)
    sums.bytes = math.max(0, sums.bytes + sign * piece.bytes)
    sums.lines = math.max(0, sums.lines + sign * piece.lines)
    if sign < 0 then
      sums.left_out = sums.left_out + piece.lines + piece.left_out
    end
  end

  local function log_piece(head, lines)
    local address, left_out = string.match(head, '^(%S+) %S+ %S+ %S+ (%d+) ')
    local breaks = 0
    if lines ~= '' then
      local _, count = string.gsub(lines, '\n', '')
      breaks = count + 1
    end
    return { address = address, bytes = #head + #lines + 100, lines = breaks, left_out = tonumber(left_out) }
  end

  local function add_log_piece(head, lines)
    local piece = log_piece(head, lines)
    local id = redis.call('XADD', K.log, '*', 'head', head, 'lines', lines)
    local sums = log_sums_of(piece.address)
    if sums.bytes == 0 then
      sums.first = id
    end
    count_log(piece.address, piece, 1)
    count_log('all', piece, 1)
  end

  local function drop_log_entry(entry)
    local piece = log_piece(entry[2][2], entry[2][4])
    redis.call('XDEL', K.log, entry[1])
    count_log(piece.address, piece, -1)
    count_log('all', piece, -1)
  end

  local function has_too_much_log(sums, part)
    return sums.bytes > part * step_log_bytes_max or sums.lines > part * step_log_lines_max
  end

  -- A bounded search: what it does not come to is found with the step's next piece.
  local function cut_log_of_step(address)
    local sums = log_sums_of(address)
    for _ = 1, 20 do
      local entries = redis.call('XRANGE', K.log, sums.first, '+', 'COUNT', '50')
      for index = 1, #entries do
        if not has_too_much_log(sums, 0.75) then
          return
        end
        if string.match(entries[index][2][2], '^%S+') == address then
          drop_log_entry(entries[index])
        end
        sums.first = entries[index][1]
      end
      if #entries < 50 then
        return
      end
    end
  end

  local function cut_log_of_run()
    local sums = log_sums_of('all')
    for _ = 1, 1000 do
      if sums.bytes <= run_log_bytes_max and sums.lines <= run_log_lines_max then
        return
      end
      local oldest = redis.call('XRANGE', K.log, '-', '+', 'COUNT', '1')
      if not oldest[1] then
        return
      end
      drop_log_entry(oldest[1])
    end
  end

  local function write_log_sums()
    for field, sums in pairs(log_sums) do
      if sums.bytes == 0 and field ~= 'all' then
        redis.call('HDEL', K.logSums, field)
      else
        local text = string.format('%.0f %.0f %.0f %s', sums.bytes, sums.lines, sums.left_out, sums.first)
        redis.call('HSET', K.logSums, field, text)
      end
    end
  end

  local is_new = redis.call('EXISTS', K.logSums) == 0
  for index = 1, #A.logPieces, 3 do
    add_log_piece(A.logPieces[index + 1], A.logPieces[index + 2])
  end
  for index = 1, #A.logPieces, 3 do
    if has_too_much_log(log_sums_of(A.logPieces[index]), 1) then
      cut_log_of_step(A.logPieces[index])
    end
  end
  cut_log_of_run()
  write_log_sums()
  if is_new then
    fit_stream(K.log, K.logCopy)
  end
end
