// Generated from lua/write_log.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface WriteLogKeys {
  /** run:<id> */
  readonly run: string;
  /** run:<id>:events */
  readonly history: string;
  /** run:<id>:events:copy */
  readonly historyCopy: string;
  /** events */
  readonly fleetEvents: string;
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
  /** entries kept in the history */
  readonly historyMax: ScriptValue;
  /** entries kept in the feed */
  readonly fleetEventsMax: ScriptValue;
  /** of one step */
  readonly logStepBytesMax: ScriptValue;
  /** of one step */
  readonly logStepLinesMax: ScriptValue;
  /** of the run */
  readonly logBytesMax: ScriptValue;
  /** of the run */
  readonly logLinesMax: ScriptValue;
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
  keys: ["run", "history", "historyCopy", "fleetEvents", "log", "logCopy", "logSums"],
  values: ["now", "generation", "nonce", "commitId", "after", "runId", "historyMax", "fleetEventsMax", "logStepBytesMax", "logStepLinesMax", "logBytesMax", "logLinesMax", "logPieces[]"],
  sha1: "b1499db541ee57b66bdb76ad6df32624a9260f8e",
  source: `local K = {
  run = KEYS[1],
  history = KEYS[2],
  historyCopy = KEYS[3],
  fleetEvents = KEYS[4],
  log = KEYS[5],
  logCopy = KEYS[6],
  logSums = KEYS[7],
}
local A = {
  now = ARGV[1],
  generation = ARGV[2],
  nonce = ARGV[3],
  commitId = ARGV[4],
  after = ARGV[5],
  runId = ARGV[6],
  historyMax = ARGV[7],
  fleetEventsMax = ARGV[8],
  logStepBytesMax = ARGV[9],
  logStepLinesMax = ARGV[10],
  logBytesMax = ARGV[11],
  logLinesMax = ARGV[12],
}
local next_argument = 13
local function take_list()
  local list = {}
  local count = tonumber(ARGV[next_argument])
  for index = 1, count do list[index] = ARGV[next_argument + index] end
  next_argument = next_argument + count + 1
  return list
end
A.logPieces = take_list()
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local fence = redis.call('HMGET', K.run, 'generation', 'nonce', 'owner', 'commits')
if fence[1] ~= A.generation or fence[2] ~= A.nonce then
  return { 'fenced' }
end
local owned = fence[3] and true or false
local commits = fence[4] or ' '
local duplicate = A.commitId ~= '' and string.find(commits, ' ' .. A.commitId .. ' ', 1, true) ~= nil
if not owned and not duplicate then
  return { 'fenced' }
end
if A.after ~= '' and not duplicate and string.sub(commits, 1, #A.after + 2) ~= ' ' .. A.after .. ' ' then
  return { 'fenced' }
end
local function fit_stream(key, copy)
  local copied = redis.pcall('COPY', key, copy, 'REPLACE')
  if copied == 1 then
    redis.call('RENAME', copy, key)
  end
end
local function fit_history()
  fit_stream(K.history, K.historyCopy)
end
local function add_facts(facts)
  if A.now == '' then
    local id = redis.call('XADD', K.history, 'MAXLEN', '~', A.historyMax, '*', 'facts', facts)
    local at = string.match(id, '^%d+')
    redis.call('XADD', K.fleetEvents, 'MAXLEN', '~', A.fleetEventsMax, '*', 'run', A.runId, 'at', at, 'facts', facts)
    return
  end
  redis.call('XADD', K.history, 'MAXLEN', '~', A.historyMax, '*', 'at', now, 'facts', facts)
  redis.call('XADD', K.fleetEvents, 'MAXLEN', '~', A.fleetEventsMax, '*', 'run', A.runId, 'at', now, 'facts', facts)
end
local log_sums = {}
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
    local _, count = string.gsub(lines, '\\n', '')
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
  return sums.bytes > part * tonumber(A.logStepBytesMax) or sums.lines > part * tonumber(A.logStepLinesMax)
end
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
    if sums.bytes <= tonumber(A.logBytesMax) and sums.lines <= tonumber(A.logLinesMax) then
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
local function append_log()
  if #A.logPieces == 0 then
    return
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
append_log()
return { 'written' }`,
};
