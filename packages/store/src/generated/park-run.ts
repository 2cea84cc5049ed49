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
  /** run:<id>:steps */
  readonly steps: string;
  /** run:<id>:inbox */
  readonly inbox: string;
  /** run:<id>:gates:answers */
  readonly answers: string;
  /** usage */
  readonly usageRows: string;
  /** usage:sums */
  readonly usageSums: string;
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
  /** lease:<id> */
  readonly lease: string;
  /** leases */
  readonly leases: string;
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
  /** ordinal after the last step's of this commit, or 0 */
  readonly stepsEnd: ScriptValue;
  /** number of the last event this commit consumes */
  readonly inboxSeen: ScriptValue;
  /** text, or empty while they are 0 */
  readonly totals: ScriptValue;
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
  /** <ordinal>#<attempt>, text; one that is open lies among the parts */
  readonly stepsEnded: readonly ScriptValue[];
  /** ordinal, attempt of steps that are not at their first */
  readonly attempts: readonly ScriptValue[];
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
  keys: ["run", "statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "parts", "history", "fleetEvents", "outbox", "outboxEntries", "gatesOpen", "log", "logCopy", "logSums", "steps", "inbox", "answers", "usageRows", "usageSums", "timers", "permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet", "lease", "leases"],
  values: ["now", "generation", "nonce", "commitId", "after", "runId", "stepsEnd", "inboxSeen", "totals", "blockedOn", "wakeAt", "patience", "logPieces[]", "partsSet[]", "partsRemoved[]", "stepsEnded[]", "attempts[]", "facts[]", "outboxAdded[]", "outboxDone[]", "gatesOpened[]", "gatesClosed[]", "usage[]"],
  sha1: "c88ae065786ba734c052aa780519be2f2aeb0e5e",
  source: `local KEYS = KEYS
local ARGV = ARGV
local next_argument = 13
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
local value_partsSet = take_list()
local value_partsRemoved = take_list()
local value_stepsEnded = take_list()
local value_attempts = take_list()
local value_facts = take_list()
local value_outboxAdded = take_list()
local value_outboxDone = take_list()
local value_gatesOpened = take_list()
local value_gatesClosed = take_list()
local value_usage = take_list()
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
    pending = KEYS[2],
    running = KEYS[3],
    waiting = KEYS[4],
    cancelling = KEYS[5],
    completed = KEYS[6],
    failed = KEYS[7],
    cancelled = KEYS[8],
  }
  redis.call('ZREM', status_rows[from], row)
  redis.call('ZADD', status_rows[to], '0', row)
end
local short_bytes = 64
local fields_beside_max = 32
local function may_lie_with_run(name)
  local first, second = string.byte(name, 1, 2)
  if second == 58 then
    return first ~= 105
  end
  return name == 'core' or name == 'blockedOn' or name == 'info' or name == 'summary' or name == 'error'
end
local function call_in_chunks(command, key, values)
  for first = 1, #values, 1000 do
    redis.call(command, key, unpack(values, first, math.min(first + 999, #values)))
  end
end
local function write_parts(set, removed, fields, dropped)
  local room = fields_beside_max - redis.call('HLEN', KEYS[1])
  local far, left_run, left_parts = {}, dropped or {}, {}
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
  call_in_chunks('HSET', KEYS[1], fields)
  call_in_chunks('HDEL', KEYS[1], left_run)
  call_in_chunks('HSET', KEYS[9], far)
  call_in_chunks('HDEL', KEYS[9], left_parts)
end
local history_entries_max = '20000'
local fleet_events_max = '50000'
local function fit_stream(key, copy)
  local copied = redis.pcall('COPY', key, copy, 'REPLACE')
  if copied == 1 then
    redis.call('RENAME', copy, key)
  end
end
local function add_facts(facts)
  if ARGV[1] == '' then
    local id = redis.call('XADD', KEYS[10], 'MAXLEN', '~', history_entries_max, '*', 'facts', facts)
    local at = string.match(id, '^%d+')
    redis.call('XADD', KEYS[11], 'MAXLEN', '~', fleet_events_max, '*', 'run', ARGV[6], 'at', at, 'facts', facts)
    return
  end
  redis.call('XADD', KEYS[10], 'MAXLEN', '~', history_entries_max, '*', 'at', now, 'facts', facts)
  redis.call('XADD', KEYS[11], 'MAXLEN', '~', fleet_events_max, '*', 'run', ARGV[6], 'at', now, 'facts', facts)
end
local function add_to_outbox(id, entry)
  redis.call('ZADD', KEYS[12], now, id)
  redis.call('HSET', KEYS[13], id, entry)
end
local function gates_of_run()
  local gates = {}
  function gates.places()
    local places = {}
    for place in string.gmatch(redis.call('HGET', KEYS[1], 'gates') or '', '%S+') do
      places[#places + 1] = place
    end
    return places
  end
  function gates.row(place)
    local since, address = string.match(place, '^(%d+)/(.*)$')
    return string.format('%015.0f', tonumber(since)) .. ':' .. ARGV[6] .. ':' .. address
  end
  function gates.entry(place)
    local row = gates.row(place)
    return redis.call('ZRANGEBYLEX', KEYS[14], '[' .. row .. ' ', '(' .. row .. '!', 'LIMIT', '0', '1')[1]
  end
  function gates.read(place)
    local open_ms, name = string.match(gates.entry(place), '^%S+ (%-?%d+) ([^\\n]*)')
    return string.format('%.0f', tonumber(string.match(place, '^%d+')) + tonumber(open_ms)), name
  end
  function gates.write_places(places)
    if #places == 0 then
      redis.call('HDEL', KEYS[1], 'gates')
    else
      redis.call('HSET', KEYS[1], 'gates', table.concat(places, ' '))
    end
  end
  function gates.close(addresses)
    local is_closing, left, places = {}, {}, gates.places()
    for index = 1, #addresses do
      is_closing[addresses[index]] = true
    end
    for index = 1, #places do
      if is_closing[string.match(places[index], '/(.*)$')] then
        redis.call('ZREM', KEYS[14], gates.entry(places[index]))
      else
        left[#left + 1] = places[index]
      end
    end
    if #left < #places then
      gates.write_places(left)
    end
  end
  function gates.close_all()
    local places = gates.places()
    for index = 1, #places do
      redis.call('ZREM', KEYS[14], gates.entry(places[index]))
    end
    gates.write_places({})
  end
  return gates
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
      local stored = redis.call('HGET', KEYS[17], field) or '0 0 0 -'
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
    local id = redis.call('XADD', KEYS[15], '*', 'head', head, 'lines', lines)
    local sums = log_sums_of(piece.address)
    if sums.bytes == 0 then
      sums.first = id
    end
    count_log(piece.address, piece, 1)
    count_log('all', piece, 1)
  end
  local function drop_log_entry(entry)
    local piece = log_piece(entry[2][2], entry[2][4])
    redis.call('XDEL', KEYS[15], entry[1])
    count_log(piece.address, piece, -1)
    count_log('all', piece, -1)
  end
  local function has_too_much_log(sums, part)
    return sums.bytes > part * step_log_bytes_max or sums.lines > part * step_log_lines_max
  end
  local function cut_log_of_step(address)
    local sums = log_sums_of(address)
    for _ = 1, 20 do
      local entries = redis.call('XRANGE', KEYS[15], sums.first, '+', 'COUNT', '50')
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
      local oldest = redis.call('XRANGE', KEYS[15], '-', '+', 'COUNT', '1')
      if not oldest[1] then
        return
      end
      drop_log_entry(oldest[1])
    end
  end
  local function write_log_sums()
    for field, sums in pairs(log_sums) do
      if sums.bytes == 0 and field ~= 'all' then
        redis.call('HDEL', KEYS[17], field)
      else
        local text = string.format('%.0f %.0f %.0f %s', sums.bytes, sums.lines, sums.left_out, sums.first)
        redis.call('HSET', KEYS[17], field, text)
      end
    end
  end
  local is_new = redis.call('EXISTS', KEYS[17]) == 0
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
    fit_stream(KEYS[15], KEYS[16])
  end
end
local function note_attempts()
  for index = 1, #value_attempts, 2 do
    local ordinal, attempt = value_attempts[index], value_attempts[index + 1]
    if tonumber(redis.call('HGET', KEYS[18], ordinal) or '1') < tonumber(attempt) then
      redis.call('HSET', KEYS[18], ordinal, attempt)
    end
  end
end
local function write_outbox()
  local scores = {}
  for index = 1, #value_outboxAdded, 2 do
    scores[index], scores[index + 1] = now, value_outboxAdded[index]
  end
  call_in_chunks('ZADD', KEYS[12], scores)
  call_in_chunks('HSET', KEYS[13], value_outboxAdded)
  call_in_chunks('ZREM', KEYS[12], value_outboxDone)
  call_in_chunks('HDEL', KEYS[13], value_outboxDone)
end
local function change_gates()
  local gates = gates_of_run()
  gates.close(value_gatesClosed)
  for index = 1, #value_gatesOpened, 4 do
    gates.close({ value_gatesOpened[index] })
  end
  local places = gates.places()
  for index = 1, #value_gatesOpened, 4 do
    local address, name, since = value_gatesOpened[index], value_gatesOpened[index + 1], value_gatesOpened[index + 2]
    local place = since .. '/' .. address
    redis.call('HDEL', KEYS[20], 'a ' .. address, 'n ' .. name, 'last')
    redis.call('ZADD', KEYS[14], '0', gates.row(place) .. ' ' .. value_gatesOpened[index + 3])
    places[#places + 1] = place
  end
  if #value_gatesOpened > 0 then
    gates.write_places(places)
  end
end
local function count_consumed()
  local wanted = tonumber(ARGV[8]) - tonumber(inbox_seen)
  return wanted > 0 and math.min(wanted, redis.call('LLEN', KEYS[19])) or 0
end
local function remember_commit()
  return ' ' .. ARGV[4] .. ' ' .. (string.match(commits, '^ (%S+ %S+ )') or string.sub(commits, 2))
end
local function apply_commit(from, to, fields, dropped)
  local function put(name, value)
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
  local consumed = count_consumed()
  put('commits', remember_commit())
  if from ~= to then
    put('status', to)
  end
  if tonumber(ARGV[7]) > tonumber(steps_end) then
    put('stepsEnd', ARGV[7])
  end
  if consumed > 0 then
    inbox_seen = string.format('%.0f', tonumber(inbox_seen) + consumed)
    put('inboxSeen', inbox_seen)
  end
  if ARGV[9] ~= '' then
    put('totals', ARGV[9])
  end
  write_parts(value_partsSet, value_partsRemoved, fields, dropped)
  call_in_chunks('HSET', KEYS[18], value_stepsEnded)
  note_attempts()
  for index = 1, #value_facts do
    add_facts(value_facts[index])
  end
  append_log()
  write_outbox()
  if #value_gatesClosed + #value_gatesOpened > 0 then
    change_gates()
  end
  if consumed > 0 then
    redis.call('LTRIM', KEYS[19], string.format('%.0f', consumed), '-1')
  end
  move_row(row, from, to)
end
if #value_gatesOpened > 0 and #gates_of_run().places() + #value_gatesOpened / 4 > 500 then
  return redis.error_reply('RUNFLEET too many open gates')
end
local usage_days_kept, usage_workflows_max = 400, 250
local function count_usage(workflow, added)
  local function day_text(day)
    return string.format('%05d', day)
  end
  local day = math.floor(tonumber(now) / 86400000)
  local today = day_text(day)
  local function forget_old_usage()
    local before = '(' .. day_text(day - usage_days_kept)
    local old = redis.call('ZRANGEBYLEX', KEYS[21], '-', before, 'LIMIT', '0', '10')
    for index = 1, #old do
      redis.call('ZREM', KEYS[21], old[index])
      redis.call('HDEL', KEYS[22], old[index])
    end
  end
  local row = today .. ' ' .. workflow
  local sums = redis.call('HGET', KEYS[22], row)
  if not sums then
    if redis.call('ZLEXCOUNT', KEYS[21], '[' .. today .. ' ', '(' .. today .. '!') >= usage_workflows_max then
      row = today .. ' *'
      sums = redis.call('HGET', KEYS[22], row)
    end
    if not sums then
      redis.call('ZADD', KEYS[21], '0', row)
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
  redis.call('HSET', KEYS[22], row, table.concat(numbers, ' '))
end
local inbox_page_max = 500
local function unread_events(seen)
  return { seen, redis.call('LRANGE', KEYS[19], '0', inbox_page_max - 1) }
end
local let_in_max = 20
local time_of_asking = string.format('%015.0f', tonumber(now))
local granted = {}
local function count_held(scope)
  return redis.call('ZLEXCOUNT', KEYS[24], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function count_waiting(scope)
  return redis.call('ZLEXCOUNT', KEYS[25], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function set_limit_of(scope)
  local workflow, key = string.match(scope, '^([^/]*)(.*)$')
  local total, per_key = string.match(redis.call('HGET', KEYS[28], workflow) or '- -', '^(%S+) (%S+)')
  return tonumber(key == '' and total or per_key)
end
local function limit_of(scope)
  return set_limit_of(scope) or tonumber(redis.call('HGET', KEYS[27], scope))
end
local function limit_for(scope, asker)
  if asker.total == '-' and not string.find(scope, '/', 1, true) then
    return set_limit_of(scope)
  end
  return limit_of(scope)
end
local function enter(scope, asker)
  if redis.call('ZSCORE', KEYS[24], scope .. ' ' .. asker.id) then
    return true
  end
  local limit = limit_for(scope, asker)
  if not limit then
    return true
  end
  local has_begun = string.sub(asker.order, 1, 1) == '0'
  if count_held(scope) < limit and (has_begun or count_waiting(scope) == 0) then
    redis.call('ZADD', KEYS[24], '0', scope .. ' ' .. asker.id)
    return true
  end
  redis.call('ZADD', KEYS[25], '0', scope .. ' ' .. asker.order .. ' ' .. asker.id)
  redis.call(
    'HSET', KEYS[26], asker.id, scope .. ' ' .. asker.order .. ' ' .. asker.total .. ' ' .. asker.pool
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
    redis.call('HSETNX', KEYS[27], workflow, asker.total)
  end
  return enter(workflow, asker)
end
local function grant(asker)
  local id = 'permit:' .. asker.id
  redis.call('HDEL', KEYS[26], asker.id)
  redis.call('ZADD', KEYS[23], now, asker.id)
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
  local members = redis.call('ZRANGEBYLEX', KEYS[25], first, last, 'LIMIT', '0', most)
  for index = 1, #members do
    local asker = { id = string.match(members[index], '(%S+)$') }
    local waits = redis.call('HGET', KEYS[26], asker.id)
    asker.order, asker.total, asker.pool = string.match(waits, '^%S+ (%S+) (%S+) (.*)$')
    redis.call('ZREM', KEYS[25], members[index])
    redis.call('ZADD', KEYS[24], '0', scope .. ' ' .. asker.id)
    if enter_workflow(scope, asker) then
      grant(asker)
    end
  end
end
local function forget_unused(scope)
  if count_held(scope) == 0 and count_waiting(scope) == 0 then
    redis.call('HDEL', KEYS[27], scope)
  end
end
local function leave_line()
  local waits = redis.call('HGET', KEYS[26], ARGV[6])
  if waits then
    local scope, order = string.match(waits, '^(%S+) (%S+)')
    redis.call('HDEL', KEYS[26], ARGV[6])
    redis.call('ZREM', KEYS[25], scope .. ' ' .. order .. ' ' .. ARGV[6])
    forget_unused(scope)
  end
end
local function return_permit(scope)
  if redis.call('ZREM', KEYS[24], scope .. ' ' .. ARGV[6]) == 1 then
    let_in(scope)
    forget_unused(scope)
  end
end
local function return_permits(workflow, wanted)
  if redis.call('EXISTS', KEYS[24], KEYS[26]) == 0 then
    return
  end
  leave_line()
  if wanted then
    return_permit((string.match(wanted, '^%S+')))
  end
  return_permit(workflow)
end
local function give_back_lease(token)
  if redis.call('GET', KEYS[29]) == token then
    redis.call('DEL', KEYS[29])
  end
end
if not owned then
  return { 'parked', {} }
end
local to = open_status(status, 'running')
if not duplicate then
  apply_commit(status, to, {})
  if #value_usage > 0 then
    count_usage(workflow, value_usage)
  end
end
local unread = unread_events(inbox_seen)
if #unread[2] > 0 then
  return { 'wake_now', unread }
end
local waiting = open_status(to, 'waiting')
move_row(row, to, waiting)
local wait, dropped = { 'status', waiting }, { 'owner', 'tookOver', 'heartbeatAt', 'recoveries' }
local function put(name, value)
  if value == '' then
    dropped[#dropped + 1] = name
  else
    wait[#wait + 1], wait[#wait + 2] = name, value
  end
end
put('patience', ARGV[12])
put('wakeAt', ARGV[11])
write_parts({ 'blockedOn', ARGV[10] }, {}, wait, dropped)
redis.call('ZREM', KEYS[30], ARGV[6])
redis.call('ZREM', KEYS[23], ARGV[6])
give_back_lease(ARGV[3])
return_permits(workflow, permits)
return { 'parked', granted }`,
};
