// Generated from lua/write_log.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface WriteLogKeys {
  /** run:<id> */
  readonly run: string;
  /** run:<id>:log */
  readonly log: string;
  /** run:<id>:log:copy */
  readonly logCopy: string;
  /** run:<id>:log:sums */
  readonly logSums: string;
}

export interface WriteLogValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** generation of the writer */
  readonly generation: ScriptValue;
  /** lease token of the writer */
  readonly nonce: ScriptValue;
  /** id of this commit within the run, or empty */
  readonly commitId: ScriptValue;
  /** id of the writer's commit before this one, or empty */
  readonly after: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** address, head, lines, see log-text.ts */
  readonly logPieces: readonly ScriptValue[];
}

/**
 * - fenced: somebody else owns the run, or nobody
 * - written: it is in the log
 */
export type WriteLogTag = "fenced" | "written";

/**
 * Adds what the steps of a run have said to its log, between two commits.
 */
export const writeLog: Script<WriteLogKeys, WriteLogValues, WriteLogTag> = {
  name: "write_log",
  keys: ["run", "log", "logCopy", "logSums"],
  values: ["now", "generation", "nonce", "commitId", "after", "runId", "logPieces[]"],
  sha1: "7de7139985338a299067082efcb027a975964a6d",
  source: `local KEYS = KEYS
local ARGV = ARGV
local next_argument = 7
local function take_list()
  local first, count = next_argument + 1, tonumber(ARGV[next_argument])
  next_argument = first + count
  if count == 0 then return {} end
  if count <= 1000 then return { unpack(ARGV, first, next_argument - 1) } end
  local list = {}
  for index = 1, count do list[index] = ARGV[first + index - 1] end
  return list
end
local value_logPieces = take_list()
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local stored = redis.call(
  'HMGET', KEYS[1], 'generation', 'nonce', 'owner', 'commits', 'status', 'row', 'workflow', 'inboxSeen', 'heartbeatAt',
  'stepsEnd', 'recoveries', 'permits', 'cancelReason', 'cancelBy', 'cancelAt', 'gates'
)
if stored[1] ~= ARGV[2] or stored[2] ~= ARGV[3] then
  return { 'fenced' }
end
local owned = stored[3] and true or false
local commits = stored[4] or ' '
local duplicate = ARGV[4] ~= '' and string.find(commits, ' ' .. ARGV[4] .. ' ', 1, true) ~= nil
if not owned and not duplicate then
  return { 'fenced' }
end
if ARGV[5] ~= '' and not duplicate and string.sub(commits, 1, #ARGV[5] + 2) ~= ' ' .. ARGV[5] .. ' ' then
  return { 'fenced' }
end
local status, row, workflow = stored[5], stored[6], stored[7]
local inbox_seen = stored[8] or '0'
local was_heard_at, steps_end = stored[9], stored[10] or '0'
local has_recoveries, permits = stored[11], stored[12]
local had_gates = stored[16]
local cancel_request = stored[15] and { stored[13], stored[14], stored[15] } or {}
local history_entries_max = '20000'
local fleet_events_max = '50000'
local function fit_stream(key, copy)
  local copied = redis.pcall('COPY', key, copy, 'REPLACE')
  if copied == 1 then
    redis.call('RENAME', copy, key)
  end
end
local function append_log()
  if #value_logPieces == 0 then
    return
  end
  local step_log_bytes_max = 262144
  local step_log_lines_max = 5000
  local run_log_bytes_max = 1048576
  local run_log_lines_max = 20000
  local log_sums = {}
  local function log_sums_of(field)
    if not log_sums[field] then
      local stored = redis.call('HGET', KEYS[4], field) or '0 0 0 -'
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
      local _, count = string.gsub(lines, '\\n', '')
      breaks = count + 1
    end
    return { address = address, bytes = #head + #lines + 100, lines = breaks, left_out = tonumber(left_out) }
  end
  local function add_log_piece(head, lines)
    local piece = log_piece(head, lines)
    local id = redis.call('XADD', KEYS[2], '*', 'head', head, 'lines', lines)
    local sums = log_sums_of(piece.address)
    if sums.bytes == 0 then
      sums.first = id
    end
    count_log(piece.address, piece, 1)
    count_log('all', piece, 1)
  end
  local function drop_log_entry(entry)
    local piece = log_piece(entry[2][2], entry[2][4])
    redis.call('XDEL', KEYS[2], entry[1])
    count_log(piece.address, piece, -1)
    count_log('all', piece, -1)
  end
  local function has_too_much_log(sums, part)
    return sums.bytes > part * step_log_bytes_max or sums.lines > part * step_log_lines_max
  end
  local function cut_log_of_step(address)
    local sums = log_sums_of(address)
    for _ = 1, 20 do
      local entries = redis.call('XRANGE', KEYS[2], sums.first, '+', 'COUNT', '50')
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
      local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', '1')
      if not oldest[1] then
        return
      end
      drop_log_entry(oldest[1])
    end
  end
  local function write_log_sums()
    for field, sums in pairs(log_sums) do
      if sums.bytes == 0 and field ~= 'all' then
        redis.call('HDEL', KEYS[4], field)
      else
        local text = string.format('%.0f %.0f %.0f %s', sums.bytes, sums.lines, sums.left_out, sums.first)
        redis.call('HSET', KEYS[4], field, text)
      end
    end
  end
  local is_new = redis.call('EXISTS', KEYS[4]) == 0
  for index = 1, #value_logPieces, 3 do
    add_log_piece(value_logPieces[index + 1], value_logPieces[index + 2])
  end
  for index = 1, #value_logPieces, 3 do
    if has_too_much_log(log_sums_of(value_logPieces[index]), 1) then
      cut_log_of_step(value_logPieces[index])
    end
  end
  cut_log_of_run()
  write_log_sums()
  if is_new then
    fit_stream(KEYS[2], KEYS[3])
  end
end
append_log()
return { 'written' }`,
};
