// Generated from lua/park_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ParkRunKeys {
  /** run:<id> */
  readonly run: string;
  /** runs:pending */
  readonly statusPending: string;
  /** runs:running */
  readonly statusRunning: string;
  /** runs:waiting */
  readonly statusWaiting: string;
  /** runs:cancelling */
  readonly statusCancelling: string;
  /** runs:completed */
  readonly statusCompleted: string;
  /** runs:failed */
  readonly statusFailed: string;
  /** runs:cancelled */
  readonly statusCancelled: string;
  /** run:<id>:state */
  readonly parts: string;
  /** run:<id>:events */
  readonly history: string;
  /** run:<id>:events:copy */
  readonly historyCopy: string;
  /** events */
  readonly fleetEvents: string;
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
  /** gates:open */
  readonly gatesOpen: string;
  /** run:<id>:log */
  readonly log: string;
  /** run:<id>:log:copy */
  readonly logCopy: string;
  /** run:<id>:log:sums */
  readonly logSums: string;
  /** usage */
  readonly usageRows: string;
  /** usage:sums */
  readonly usageSums: string;
  /** run:<id>:steps */
  readonly steps: string;
  /** run:<id>:inbox */
  readonly inbox: string;
  /** leases */
  readonly leases: string;
  /** run:<id>:gates:answers */
  readonly answers: string;
  /** timers */
  readonly timers: string;
  /** permits:held */
  readonly permitsHeld: string;
  /** permits:waiting */
  readonly permitsWaiting: string;
  /** permits:waiters */
  readonly permitsWaiters: string;
  /** limits:declared */
  readonly limitsDeclared: string;
  /** limits:set */
  readonly limitsSet: string;
}

export interface ParkRunValues {
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
  /** number of the last event this commit consumes */
  readonly inboxSeen: ScriptValue;
  /** text, or empty while they are 0 */
  readonly totals: ScriptValue;
  /** 1 when the run came forward with this commit, else empty */
  readonly progress: ScriptValue;
  /** events told at once */
  readonly inboxPage: ScriptValue;
  /** JSON */
  readonly blockedOn: ScriptValue;
  /** epoch ms, or empty when only an event wakes the run */
  readonly wakeAt: ScriptValue;
  /** unread events below which a completed child need not wake the run at once, or empty */
  readonly patience: ScriptValue;
  /** address, head, lines, see log-text.ts */
  readonly logPieces: readonly ScriptValue[];
  /** part name, JSON */
  readonly partsSet: readonly ScriptValue[];
  /** part name */
  readonly partsRemoved: readonly ScriptValue[];
  /** ordinal, attempt, 1 while the step is open else empty, text */
  readonly stepsSet: readonly ScriptValue[];
  /** of one entry of the history each, as text */
  readonly facts: readonly ScriptValue[];
  /** id, JSON */
  readonly outboxAdded: readonly ScriptValue[];
  /** id */
  readonly outboxDone: readonly ScriptValue[];
  /** address, name, since, text */
  readonly gatesOpened: readonly ScriptValue[];
  /** address */
  readonly gatesClosed: readonly ScriptValue[];
  /** what is to be counted for the workflow, in the order of count_usage; or nothing */
  readonly usage: readonly ScriptValue[];
}

/**
 * - fenced: somebody else owns the run, or nobody
 * - parked: nobody owns the run; runs that got its permits, as granted
 * - wake_now: unread events
 */
export type ParkRunTag = "fenced" | "parked" | "wake_now";

/**
 * A last commit, after which nobody owns the run until an event or its deadline. With unread events the commit is made
 * and the run stays with its owner.
 */
export const parkRun: Script<ParkRunKeys, ParkRunValues, ParkRunTag> = {
  name: "park_run",
  keys: ["run", "statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "parts", "history", "historyCopy", "fleetEvents", "outbox", "outboxEntries", "gatesOpen", "log", "logCopy", "logSums", "usageRows", "usageSums", "steps", "inbox", "leases", "answers", "timers", "permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet"],
  values: ["now", "generation", "nonce", "commitId", "after", "runId", "historyMax", "fleetEventsMax", "logStepBytesMax", "logStepLinesMax", "logBytesMax", "logLinesMax", "inboxSeen", "totals", "progress", "inboxPage", "blockedOn", "wakeAt", "patience", "logPieces[]", "partsSet[]", "partsRemoved[]", "stepsSet[]", "facts[]", "outboxAdded[]", "outboxDone[]", "gatesOpened[]", "gatesClosed[]", "usage[]"],
  sha1: "f7711be0fa89c976067a15a010885b40891d9b68",
  source: `local K = {
  run = KEYS[1],
  statusPending = KEYS[2],
  statusRunning = KEYS[3],
  statusWaiting = KEYS[4],
  statusCancelling = KEYS[5],
  statusCompleted = KEYS[6],
  statusFailed = KEYS[7],
  statusCancelled = KEYS[8],
  parts = KEYS[9],
  history = KEYS[10],
  historyCopy = KEYS[11],
  fleetEvents = KEYS[12],
  outbox = KEYS[13],
  outboxEntries = KEYS[14],
  gatesOpen = KEYS[15],
  log = KEYS[16],
  logCopy = KEYS[17],
  logSums = KEYS[18],
  usageRows = KEYS[19],
  usageSums = KEYS[20],
  steps = KEYS[21],
  inbox = KEYS[22],
  leases = KEYS[23],
  answers = KEYS[24],
  timers = KEYS[25],
  permitsHeld = KEYS[26],
  permitsWaiting = KEYS[27],
  permitsWaiters = KEYS[28],
  limitsDeclared = KEYS[29],
  limitsSet = KEYS[30],
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
  inboxSeen = ARGV[13],
  totals = ARGV[14],
  progress = ARGV[15],
  inboxPage = ARGV[16],
  blockedOn = ARGV[17],
  wakeAt = ARGV[18],
  patience = ARGV[19],
}
local next_argument = 20
local function take_list()
  local list = {}
  local count = tonumber(ARGV[next_argument])
  for index = 1, count do list[index] = ARGV[next_argument + index] end
  next_argument = next_argument + count + 1
  return list
end
A.logPieces = take_list()
A.partsSet = take_list()
A.partsRemoved = take_list()
A.stepsSet = take_list()
A.facts = take_list()
A.outboxAdded = take_list()
A.outboxDone = take_list()
A.gatesOpened = take_list()
A.gatesClosed = take_list()
A.usage = take_list()
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
local status_rows = {
  pending = K.statusPending,
  running = K.statusRunning,
  waiting = K.statusWaiting,
  cancelling = K.statusCancelling,
  completed = K.statusCompleted,
  failed = K.statusFailed,
  cancelled = K.statusCancelled,
}
local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
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
local function may_become(from, to)
  return from == to or string.find(followers[from], ' ' .. to .. ' ', 1, true) ~= nil
end
local function open_status(stored, wanted)
  if stored == 'cancelling' then
    return stored
  end
  return wanted
end
local function set_status(run_key, row, from, to)
  if from == to then
    return
  end
  redis.call('HSET', run_key, 'status', to)
  redis.call('ZREM', status_rows[from], row)
  redis.call('ZADD', status_rows[to], '0', row)
end
local function illegal_status(from, to)
  return redis.error_reply('RUNFLEET a run that is ' .. from .. ' cannot become ' .. to)
end
local short_bytes = 64
local fields_beside_max = 32
local is_text = { info = true, blockedOn = true, error = true, summary = true }
local function may_lie_with_run(name)
  return name == 'core' or is_text[name] or string.find(name, '^[^i]:') ~= nil
end
local function call_in_chunks(command, key, values, width)
  local chunk_size = 500 * width
  for first = 1, #values, chunk_size do
    local last = math.min(first + chunk_size - 1, #values)
    redis.call(command, key, unpack(values, first, last))
  end
end
local function write_parts(set, removed, fields)
  local room = fields_beside_max - redis.call('HLEN', K.run)
  local far, left_run, left_parts = {}, {}, {}
  for index = 1, #set, 2 do
    local name, text = set[index], set[index + 1]
    if room > 0 and #text <= short_bytes and may_lie_with_run(name) then
      fields[#fields + 1], fields[#fields + 2] = name, text
      left_parts[#left_parts + 1] = name
      room = room - 1
    else
      far[#far + 1], far[#far + 2] = name, text
      left_run[#left_run + 1] = name
    end
  end
  for index = 1, #removed do
    left_run[#left_run + 1], left_parts[#left_parts + 1] = removed[index], removed[index]
  end
  call_in_chunks('HSET', K.run, fields, 2)
  call_in_chunks('HDEL', K.run, left_run, 1)
  call_in_chunks('HSET', K.parts, far, 2)
  call_in_chunks('HDEL', K.parts, left_parts, 1)
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
local function add_to_outbox(id, entry)
  redis.call('ZADD', K.outbox, now, id)
  redis.call('HSET', K.outboxEntries, id, entry)
end
local function open_gate_places()
  local places = {}
  for place in string.gmatch(redis.call('HGET', K.run, 'gates') or '', '%S+') do
    places[#places + 1] = place
  end
  return places
end
local function address_of(place)
  return string.match(place, '/(.*)$')
end
local function gate_row(place)
  local since, address = string.match(place, '^(%d+)/(.*)$')
  return string.format('%015.0f', tonumber(since)) .. ':' .. A.runId .. ':' .. address
end
local function gate_entry(place)
  local row = gate_row(place)
  return redis.call('ZRANGEBYLEX', K.gatesOpen, '[' .. row .. ' ', '(' .. row .. '!', 'LIMIT', '0', '1')[1]
end
local function read_gate(place)
  return string.match(gate_entry(place), '^%S+ (%d+) ([^\\n]*)')
end
local function write_gate_places(places)
  if #places == 0 then
    redis.call('HDEL', K.run, 'gates')
  else
    redis.call('HSET', K.run, 'gates', table.concat(places, ' '))
  end
end
local function close_gates(addresses)
  if #addresses == 0 then
    return
  end
  local is_closing, left, places = {}, {}, open_gate_places()
  for index = 1, #addresses do
    is_closing[addresses[index]] = true
  end
  for index = 1, #places do
    if is_closing[address_of(places[index])] then
      redis.call('ZREM', K.gatesOpen, gate_entry(places[index]))
    else
      left[#left + 1] = places[index]
    end
  end
  if #left < #places then
    write_gate_places(left)
  end
end
local function close_all_gates()
  local places = open_gate_places()
  for index = 1, #places do
    redis.call('ZREM', K.gatesOpen, gate_entry(places[index]))
  end
  redis.call('HDEL', K.run, 'gates')
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
local usage_days_kept = 400
local usage_workflows_max = 250
local usage_columns = 10
local ended_column = { completed = 8, failed = 9, cancelled = 10 }
local function day_text(day)
  return string.format('%05d', day)
end
local function forget_old_usage(day)
  local old = redis.call(
    'ZRANGEBYLEX', K.usageRows, '-', '(' .. day_text(day - usage_days_kept), 'LIMIT', '0', '10'
  )
  for index = 1, #old do
    redis.call('ZREM', K.usageRows, old[index])
    redis.call('HDEL', K.usageSums, old[index])
  end
end
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
local stored = redis.call('HMGET', K.run, 'status', 'row', 'stepsEnd', 'workflow')
local status = stored[1]
local row = stored[2]
local function write_parts_and_steps(fields)
  local steps_end = tonumber(stored[3] or '0')
  local set, removed, ended = A.partsSet, A.partsRemoved, {}
  for index = 1, #A.stepsSet, 4 do
    local ordinal, attempt, text = A.stepsSet[index], A.stepsSet[index + 1], A.stepsSet[index + 3]
    local name = ordinal .. '#' .. attempt
    if A.stepsSet[index + 2] ~= '' then
      set[#set + 1], set[#set + 2] = 's:' .. name, text
    else
      removed[#removed + 1] = 's:' .. name
      ended[#ended + 1], ended[#ended + 2] = name, text
    end
    if attempt ~= '1' and tonumber(redis.call('HGET', K.steps, ordinal) or '1') < tonumber(attempt) then
      redis.call('HSET', K.steps, ordinal, attempt)
    end
    steps_end = math.max(steps_end, tonumber(ordinal) + 1)
  end
  fields[#fields + 1], fields[#fields + 2] = 'stepsEnd', string.format('%.0f', steps_end)
  write_parts(set, removed, fields)
  call_in_chunks('HSET', K.steps, ended, 2)
end
local function write_outbox()
  for index = 1, #A.outboxAdded, 2 do
    add_to_outbox(A.outboxAdded[index], A.outboxAdded[index + 1])
  end
  for index = 1, #A.outboxDone do
    redis.call('ZREM', K.outbox, A.outboxDone[index])
    redis.call('HDEL', K.outboxEntries, A.outboxDone[index])
  end
end
local function open_gates()
  if #A.gatesOpened == 0 then
    return
  end
  for index = 1, #A.gatesOpened, 4 do
    close_gates({ A.gatesOpened[index] })
  end
  local places = open_gate_places()
  for index = 1, #A.gatesOpened, 4 do
    local address, name, since = A.gatesOpened[index], A.gatesOpened[index + 1], A.gatesOpened[index + 2]
    local place = since .. '/' .. address
    redis.call('HDEL', K.answers, 'a ' .. address, 'n ' .. name, 'last')
    redis.call('ZADD', K.gatesOpen, '0', gate_row(place) .. ' ' .. A.gatesOpened[index + 3])
    places[#places + 1] = place
  end
  write_gate_places(places)
end
local function consume_inbox()
  local seen = tonumber(redis.call('HGET', K.run, 'inboxSeen') or '0')
  local consumed = math.min(tonumber(A.inboxSeen) - seen, redis.call('LLEN', K.inbox))
  if consumed <= 0 then
    return
  end
  redis.call('LTRIM', K.inbox, string.format('%.0f', consumed), '-1')
  redis.call('HSET', K.run, 'inboxSeen', string.format('%.0f', seen + consumed))
end
local function remember_commit()
  local kept = ' ' .. A.commitId .. ' '
  local count = 1
  for id in string.gmatch(commits, '%S+') do
    count = count + 1
    if count <= 3 then
      kept = kept .. id .. ' '
    end
  end
  return kept
end
local function forget_recoveries()
  redis.call('HDEL', K.run, 'recoveries')
end
local function apply_commit(from, to)
  local fields = { 'commits', remember_commit(), 'heartbeatAt', now }
  if A.totals ~= '' then
    fields[#fields + 1], fields[#fields + 2] = 'totals', A.totals
  end
  write_parts_and_steps(fields)
  for index = 1, #A.facts do
    add_facts(A.facts[index])
  end
  append_log()
  write_outbox()
  close_gates(A.gatesClosed)
  open_gates()
  consume_inbox()
  set_status(K.run, row, from, to)
  if A.progress ~= '' then
    forget_recoveries()
  end
  if #A.usage > 0 then
    count_usage(stored[4], A.usage)
  end
  redis.call('ZADD', K.leases, now, A.runId)
end
if #A.gatesOpened > 0 and #open_gate_places() + #A.gatesOpened / 4 > 500 then
  return redis.error_reply('RUNFLEET too many open gates')
end
local function unread_events()
  local seen = redis.call('HGET', K.run, 'inboxSeen') or '0'
  return { seen, redis.call('LRANGE', K.inbox, '0', string.format('%.0f', tonumber(A.inboxPage) - 1)) }
end
local function cancel_request()
  local cancel = redis.call('HMGET', K.run, 'cancelReason', 'cancelBy', 'cancelAt')
  if not cancel[3] then
    return {}
  end
  return cancel
end
local let_in_max = 20
local time_of_asking = string.format('%015.0f', tonumber(now))
local granted = {}
local function count_held(scope)
  return redis.call('ZLEXCOUNT', K.permitsHeld, '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function count_waiting(scope)
  return redis.call('ZLEXCOUNT', K.permitsWaiting, '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function set_limit_of(scope)
  local workflow, key = string.match(scope, '^([^/]*)(.*)$')
  local total, per_key = string.match(redis.call('HGET', K.limitsSet, workflow) or '- -', '^(%S+) (%S+)')
  return tonumber(key == '' and total or per_key)
end
local function limit_of(scope)
  return set_limit_of(scope) or tonumber(redis.call('HGET', K.limitsDeclared, scope))
end
local function limit_for(scope, asker)
  if asker.total == '-' and not string.find(scope, '/', 1, true) then
    return set_limit_of(scope)
  end
  return limit_of(scope)
end
local function enter(scope, asker)
  if redis.call('ZSCORE', K.permitsHeld, scope .. ' ' .. asker.id) then
    return true
  end
  local limit = limit_for(scope, asker)
  if not limit then
    return true
  end
  local has_begun = string.sub(asker.order, 1, 1) == '0'
  if count_held(scope) < limit and (has_begun or count_waiting(scope) == 0) then
    redis.call('ZADD', K.permitsHeld, '0', scope .. ' ' .. asker.id)
    return true
  end
  redis.call('ZADD', K.permitsWaiting, '0', scope .. ' ' .. asker.order .. ' ' .. asker.id)
  redis.call(
    'HSET', K.permitsWaiters, asker.id, scope .. ' ' .. asker.order .. ' ' .. asker.total .. ' ' .. asker.pool
  )
  return false
end
local function enter_workflow(scope, asker)
  local workflow = string.match(scope, '^([^/]*)/')
  if not workflow then
    return true
  end
  asker.order = string.sub(asker.order, 1, 8) .. time_of_asking
  if asker.total ~= '-' then
    redis.call('HSETNX', K.limitsDeclared, workflow, asker.total)
  end
  return enter(workflow, asker)
end
local function grant(asker)
  local id = 'permit:' .. asker.id
  redis.call('HDEL', K.permitsWaiters, asker.id)
  redis.call('ZADD', K.timers, now, asker.id)
  add_to_outbox(id, '{"id":"' .. id .. '","runId":"' .. asker.id .. '","type":"wake","targetId":"' .. asker.id
    .. '","pool":' .. asker.pool .. '}')
  granted[#granted + 1] = asker.id
  granted[#granted + 1] = asker.pool
end
local function let_in(scope)
  local room = math.min(let_in_max, (limit_of(scope) or math.huge) - count_held(scope))
  if room <= 0 then
    return
  end
  local first, last, most = '[' .. scope .. ' ', '(' .. scope .. '!', string.format('%.0f', room)
  local members = redis.call('ZRANGEBYLEX', K.permitsWaiting, first, last, 'LIMIT', '0', most)
  for index = 1, #members do
    local asker = { id = string.match(members[index], '(%S+)$') }
    local waits = redis.call('HGET', K.permitsWaiters, asker.id)
    asker.order, asker.total, asker.pool = string.match(waits, '^%S+ (%S+) (%S+) (.*)$')
    redis.call('ZREM', K.permitsWaiting, members[index])
    redis.call('ZADD', K.permitsHeld, '0', scope .. ' ' .. asker.id)
    if enter_workflow(scope, asker) then
      grant(asker)
    end
  end
end
local function forget_unused(scope)
  if count_held(scope) == 0 and count_waiting(scope) == 0 then
    redis.call('HDEL', K.limitsDeclared, scope)
  end
end
local function leave_line()
  local waits = redis.call('HGET', K.permitsWaiters, A.runId)
  if waits then
    local scope, order = string.match(waits, '^(%S+) (%S+)')
    redis.call('HDEL', K.permitsWaiters, A.runId)
    redis.call('ZREM', K.permitsWaiting, scope .. ' ' .. order .. ' ' .. A.runId)
    forget_unused(scope)
  end
end
local function return_permit(scope)
  if redis.call('ZREM', K.permitsHeld, scope .. ' ' .. A.runId) == 1 then
    let_in(scope)
    forget_unused(scope)
  end
end
local function return_permits()
  local stored = redis.call('HMGET', K.run, 'workflow', 'permits')
  leave_line()
  if stored[2] then
    return_permit((string.match(stored[2], '^%S+')))
  end
  return_permit(stored[1])
end
if not owned then
  return { 'parked', {} }
end
local has_unread = redis.call('LLEN', K.inbox) > 0
local to = open_status(status, 'running')
if not duplicate then
  apply_commit(status, to)
  has_unread = redis.call('LLEN', K.inbox) > 0
end
if has_unread then
  return { 'wake_now', unread_events() }
end
set_status(K.run, row, to, open_status(to, 'waiting'))
forget_recoveries()
local fields, left = {}, { 'owner', 'tookOver', 'heartbeatAt' }
for name, value in pairs({ wakeAt = A.wakeAt, patience = A.patience }) do
  if value == '' then
    left[#left + 1] = name
  else
    fields[#fields + 1], fields[#fields + 2] = name, value
  end
end
redis.call('HDEL', K.run, unpack(left))
write_parts({ 'blockedOn', A.blockedOn }, {}, fields)
redis.call('ZREM', K.leases, A.runId)
redis.call('ZREM', K.timers, A.runId)
return_permits()
return { 'parked', granted }`,
};
