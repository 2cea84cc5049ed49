// Generated from lua/terminate_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface TerminateRunKeys {
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
  /** run:<id>:events */
  readonly history: string;
  /** run:<id>:events:copy */
  readonly historyCopy: string;
  /** events */
  readonly fleetEvents: string;
  /** run:<id> */
  readonly run: string;
  /** run:<id>:state */
  readonly parts: string;
  /** timers */
  readonly timers: string;
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
  /** gates:open */
  readonly gatesOpen: string;
  /** run:<id>:steps */
  readonly steps: string;
  /** run:<id>:inbox */
  readonly inbox: string;
  /** run:<id>:inbox:ids */
  readonly dedupe: string;
  /** run:<id>:children */
  readonly children: string;
  /** run:<id>:gates:answers */
  readonly answers: string;
  /** run:<id>:log */
  readonly log: string;
  /** run:<id>:log:sums */
  readonly logSums: string;
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
  /** usage */
  readonly usageRows: string;
  /** usage:sums */
  readonly usageSums: string;
  /** leases */
  readonly leases: string;
  /** runs:ended */
  readonly runsEnded: string;
  /** runs:unfiled */
  readonly runsUnfiled: string;
  /** run:<parent>, or the run itself without a parent */
  readonly parentRun: string;
  /** run:<parent>:inbox, or the run's own */
  readonly parentInbox: string;
}

export interface TerminateRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** entries kept in the history */
  readonly historyMax: ScriptValue;
  /** entries kept in the feed */
  readonly fleetEventsMax: ScriptValue;
  /** how much longer than asked a child is kept, so that a sweeper can see in time that its root is there */
  readonly childGraceMs: ScriptValue;
  /** JSON, or empty */
  readonly error: ScriptValue;
  /** text */
  readonly summary: ScriptValue;
  /** how long the ended run is kept */
  readonly retentionMs: ScriptValue;
  /** id of the parent, or empty */
  readonly parentId: ScriptValue;
  /** JSON, or empty */
  readonly parentEvent: ScriptValue;
  /** id of the outbox entry that wakes the parent */
  readonly wakeId: ScriptValue;
  /** JSON of that entry up to the value of its last member, the parent's pool */
  readonly wakeHead: ScriptValue;
  /** rows of expired runs told to the caller */
  readonly forgetMax: ScriptValue;
  /** a pair with it belongs to nobody */
  readonly nonce: ScriptValue;
  /** who asks */
  readonly by: ScriptValue;
  /** text */
  readonly reason: ScriptValue;
  /** as text */
  readonly fact: ScriptValue;
  /** id of the outbox entry that cancels the children */
  readonly orphansId: ScriptValue;
  /** JSON */
  readonly orphansEntry: ScriptValue;
  /** channel of cancel messages */
  readonly channel: ScriptValue;
}

/**
 * - terminated: pool as JSON, rows of runs whose time is over, runs that got its permits
 * - ended: status
 * - not_found: no such run
 */
export type TerminateRunTag = "terminated" | "ended" | "not_found";

/**
 * Ends a run at once, whatever its worker does: the generation grows, so the owner is refused from now on. Nothing of
 * the run is executed any more, its `always` block neither. The children are cancelled through the outbox.
 */
export const terminateRun: Script<TerminateRunKeys, TerminateRunValues, TerminateRunTag> = {
  name: "terminate_run",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "history", "historyCopy", "fleetEvents", "run", "parts", "timers", "outbox", "outboxEntries", "gatesOpen", "steps", "inbox", "dedupe", "children", "answers", "log", "logSums", "permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet", "usageRows", "usageSums", "leases", "runsEnded", "runsUnfiled", "parentRun", "parentInbox"],
  values: ["now", "runId", "historyMax", "fleetEventsMax", "childGraceMs", "error", "summary", "retentionMs", "parentId", "parentEvent", "wakeId", "wakeHead", "forgetMax", "nonce", "by", "reason", "fact", "orphansId", "orphansEntry", "channel"],
  sha1: "76c01027d63422e2f66d22d5deeeca1c1bbc14c1",
  source: `local K = {
  statusPending = KEYS[1],
  statusRunning = KEYS[2],
  statusWaiting = KEYS[3],
  statusCancelling = KEYS[4],
  statusCompleted = KEYS[5],
  statusFailed = KEYS[6],
  statusCancelled = KEYS[7],
  history = KEYS[8],
  historyCopy = KEYS[9],
  fleetEvents = KEYS[10],
  run = KEYS[11],
  parts = KEYS[12],
  timers = KEYS[13],
  outbox = KEYS[14],
  outboxEntries = KEYS[15],
  gatesOpen = KEYS[16],
  steps = KEYS[17],
  inbox = KEYS[18],
  dedupe = KEYS[19],
  children = KEYS[20],
  answers = KEYS[21],
  log = KEYS[22],
  logSums = KEYS[23],
  permitsHeld = KEYS[24],
  permitsWaiting = KEYS[25],
  permitsWaiters = KEYS[26],
  limitsDeclared = KEYS[27],
  limitsSet = KEYS[28],
  usageRows = KEYS[29],
  usageSums = KEYS[30],
  leases = KEYS[31],
  runsEnded = KEYS[32],
  runsUnfiled = KEYS[33],
  parentRun = KEYS[34],
  parentInbox = KEYS[35],
}
local A = {
  now = ARGV[1],
  runId = ARGV[2],
  historyMax = ARGV[3],
  fleetEventsMax = ARGV[4],
  childGraceMs = ARGV[5],
  error = ARGV[6],
  summary = ARGV[7],
  retentionMs = ARGV[8],
  parentId = ARGV[9],
  parentEvent = ARGV[10],
  wakeId = ARGV[11],
  wakeHead = ARGV[12],
  forgetMax = ARGV[13],
  nonce = ARGV[14],
  by = ARGV[15],
  reason = ARGV[16],
  fact = ARGV[17],
  orphansId = ARGV[18],
  orphansEntry = ARGV[19],
  channel = ARGV[20],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
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
local function push_event(target, event)
  redis.call('RPUSH', target.inbox, event)
  if target.owner then
    return target.status
  end
  redis.call('ZADD', K.timers, now, target.id)
  if target.status ~= 'waiting' then
    return target.status
  end
  set_status(target.run, target.row, 'waiting', 'pending')
  return 'pending'
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
local function keep_for(kept_ms)
  redis.call('PEXPIRE', K.children, string.format('%.0f', tonumber(kept_ms) + tonumber(A.childGraceMs)))
  local kept = { K.run, K.parts, K.steps, K.history, K.answers, K.inbox, K.dedupe, K.log, K.logSums }
  for index = 1, #kept do
    redis.call('PEXPIRE', kept[index], kept_ms)
  end
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
local function tell_parent()
  if A.parentEvent == '' then
    return
  end
  local parent = redis.call('HMGET', K.parentRun, 'status', 'row', 'owner', 'pool', 'unowned')
  if not parent[1] then
    return
  end
  if has_ended(parent[1]) then
    if parent[5] then
      redis.call('RPUSH', K.parentInbox, A.parentEvent)
      redis.call('PEXPIRE', K.parentInbox, redis.call('PTTL', K.parentRun))
    end
    return
  end
  push_event({
    id = A.parentId, run = K.parentRun, inbox = K.parentInbox,
    status = parent[1], row = parent[2], owner = parent[3],
  }, A.parentEvent)
  add_to_outbox(A.wakeId, A.wakeHead .. parent[4] .. '}')
end
local function keep_for_a_while(row)
  local entry = row .. ' ' .. redis.call('HGET', K.run, 'workflow')
  local is_child = A.parentId ~= ''
  keep_for(is_child and string.format('%.0f', A.retentionMs + A.childGraceMs) or A.retentionMs)
  redis.call('ZADD', K.runsEnded, string.format('%.0f', tonumber(now) + tonumber(A.retentionMs)), entry)
  redis.call('ZADD', K.runsUnfiled, now, entry)
end
local function empty_inbox()
  redis.call('DEL', K.inbox, K.dedupe)
end
local function count_end()
  local ended = redis.call('HMGET', K.run, 'workflow', 'status')
  count_usage(ended[1], { [ended_column[ended[2]]] = '1' })
end
local function end_run(row)
  local texts = { 'summary', A.summary }
  if A.error ~= '' then
    texts[3], texts[4] = 'error', A.error
  end
  write_parts(texts, { 'blockedOn' }, { 'endedAt', now })
  redis.call('HDEL', K.run, 'owner', 'tookOver', 'heartbeatAt')
  redis.call('ZREM', K.leases, A.runId)
  redis.call('ZREM', K.timers, A.runId)
  close_all_gates()
  tell_parent()
  count_end()
  return_permits()
  keep_for_a_while(row)
  return redis.call('ZRANGEBYSCORE', K.runsEnded, '-inf', now, 'LIMIT', '0', A.forgetMax)
end
local stored = redis.call('HMGET', K.run, 'status', 'row', 'generation', 'pool')
local status = stored[1]
if not status then
  return { 'not_found' }
end
if has_ended(status) then
  return { 'ended', status }
end
local generation = string.format('%.0f', math.max(tonumber(stored[3]) + 1, tonumber(now)))
redis.call(
  'HSET', K.run, 'generation', generation, 'nonce', A.nonce,
  'cancelReason', A.reason, 'cancelBy', A.by, 'cancelAt', now
)
set_status(K.run, stored[2], status, 'cancelled')
add_facts(A.fact)
if stored[3] == '0' then
  fit_history()
end
add_to_outbox(A.orphansId, A.orphansEntry)
empty_inbox()
redis.call('PUBLISH', A.channel, A.runId)
return { 'terminated', stored[4], end_run(stored[2]), granted }`,
};
