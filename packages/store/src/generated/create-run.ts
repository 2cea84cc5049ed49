// Generated from lua/create_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface CreateRunKeys {
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
  /** run:<id> */
  readonly run: string;
  /** run:<id>:state */
  readonly parts: string;
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
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
  /** limits:rates */
  readonly limitsRates: string;
  /** runs:labels */
  readonly runsLabels: string;
  /** runs:labelled */
  readonly runsLabelled: string;
  /** run:<id>:inbox */
  readonly inbox: string;
  /** idem:<key>, or the run itself without a key */
  readonly idempotency: string;
  /** run:<parent>, or the run itself without a parent */
  readonly parentRun: string;
  /** run:<parent>:children, or the run's own */
  readonly parentChildren: string;
  /** schedule:<name>, or the run itself when none starts it */
  readonly schedule: string;
  /** runs:wf:<workflow> */
  readonly runsWorkflow: string;
  /** runs:ended */
  readonly runsEnded: string;
}

export interface CreateRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id of the entry that asked for this write, or empty */
  readonly confirms: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
  /** scope of the run's rate */
  readonly rateScope: ScriptValue;
  /** time between two starts, or empty without a rate */
  readonly rateEveryMs: ScriptValue;
  /** starts that may come at once */
  readonly rateBurst: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** hash of workflow and inputs */
  readonly digest: ScriptValue;
  /** hash of its definition */
  readonly definition: ScriptValue;
  /** JSON of what never changes, or empty */
  readonly info: ScriptValue;
  /** name as JSON */
  readonly pool: ScriptValue;
  /** entry of the run in lists */
  readonly row: ScriptValue;
  /** by which a root is found, or empty */
  readonly label: ScriptValue;
  /** how long its first activation waits */
  readonly delayMs: ScriptValue;
  /** JSON */
  readonly startedEvent: ScriptValue;
  /** id of the outbox entry */
  readonly outboxId: ScriptValue;
  /** JSON of it without a delay */
  readonly outboxEntry: ScriptValue;
  /** scope of the run's key, permits of that, permits of its workflow ("-" = none), priority; or empty */
  readonly permits: ScriptValue;
  /** the longest delay */
  readonly delayMsMax: ScriptValue;
  /** how long the key is remembered, or empty without a key */
  readonly idempotencyMs: ScriptValue;
  /** id of the parent, or empty */
  readonly parentId: ScriptValue;
  /** id of the root */
  readonly rootId: ScriptValue;
  /** due time at which the schedule must stand, epoch ms, or empty */
  readonly dueAt: ScriptValue;
}

/**
 * - created: 1 when it is to be queued, empty while it waits in line; how long its first activation waits; runs that it let in
 * - rate_full: starts of this rate are taken up to the longest delay
 * - exists: id; the same was created before. Status too when the id is the same and the run is there
 * - conflict: id; another workflow or other inputs were created before
 * - not_due: the schedule is paused, gone, or stands at another due time
 * - parent_gone: the parent has ended, or does not exist (any more), or the entry that asks for the run does not
 */
export type CreateRunTag = "created" | "rate_full" | "exists" | "conflict" | "not_due" | "parent_gone";

/**
 * Creates a run once: record, first event, list entries, the outbox entry that puts it into its queue. A repeat with the
 * same id or idempotency key writes nothing and tells what is there. A child nobody waits for any more is not created.
 * A run that must wait for a permit is in line and in no queue; one that comes too soon for its rate is delayed.
 */
export const createRun: Script<CreateRunKeys, CreateRunValues, CreateRunTag> = {
  name: "create_run",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "run", "parts", "outbox", "outboxEntries", "timers", "permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet", "limitsRates", "runsLabels", "runsLabelled", "inbox", "idempotency", "parentRun", "parentChildren", "schedule", "runsWorkflow", "runsEnded"],
  values: ["now", "confirms", "workflow", "rateScope", "rateEveryMs", "rateBurst", "runId", "digest", "definition", "info", "pool", "row", "label", "delayMs", "startedEvent", "outboxId", "outboxEntry", "permits", "delayMsMax", "idempotencyMs", "parentId", "rootId", "dueAt"],
  sha1: "d89d8710cbd5f6063e5d2ff0caf3cc502f64e855",
  source: `local K = {
  statusPending = KEYS[1],
  statusRunning = KEYS[2],
  statusWaiting = KEYS[3],
  statusCancelling = KEYS[4],
  statusCompleted = KEYS[5],
  statusFailed = KEYS[6],
  statusCancelled = KEYS[7],
  run = KEYS[8],
  parts = KEYS[9],
  outbox = KEYS[10],
  outboxEntries = KEYS[11],
  timers = KEYS[12],
  permitsHeld = KEYS[13],
  permitsWaiting = KEYS[14],
  permitsWaiters = KEYS[15],
  limitsDeclared = KEYS[16],
  limitsSet = KEYS[17],
  limitsRates = KEYS[18],
  runsLabels = KEYS[19],
  runsLabelled = KEYS[20],
  inbox = KEYS[21],
  idempotency = KEYS[22],
  parentRun = KEYS[23],
  parentChildren = KEYS[24],
  schedule = KEYS[25],
  runsWorkflow = KEYS[26],
  runsEnded = KEYS[27],
}
local A = {
  now = ARGV[1],
  confirms = ARGV[2],
  workflow = ARGV[3],
  rateScope = ARGV[4],
  rateEveryMs = ARGV[5],
  rateBurst = ARGV[6],
  runId = ARGV[7],
  digest = ARGV[8],
  definition = ARGV[9],
  info = ARGV[10],
  pool = ARGV[11],
  row = ARGV[12],
  label = ARGV[13],
  delayMs = ARGV[14],
  startedEvent = ARGV[15],
  outboxId = ARGV[16],
  outboxEntry = ARGV[17],
  permits = ARGV[18],
  delayMsMax = ARGV[19],
  idempotencyMs = ARGV[20],
  parentId = ARGV[21],
  rootId = ARGV[22],
  dueAt = ARGV[23],
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
local function add_to_outbox(id, entry)
  redis.call('ZADD', K.outbox, now, id)
  redis.call('HSET', K.outboxEntries, id, entry)
end
local function confirm()
  if A.confirms == '' then
    return true
  end
  redis.call('HDEL', K.outboxEntries, A.confirms)
  return redis.call('ZREM', K.outbox, A.confirms) == 1
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
local function declare(scope, limit, is_new)
  if limit == '-' then
    return
  end
  if not is_new then
    redis.call('HSETNX', K.limitsDeclared, scope, limit)
  elseif redis.call('HGET', K.limitsDeclared, scope) ~= limit then
    redis.call('HSET', K.limitsDeclared, scope, limit)
    let_in(scope)
  end
end
local function ask_permits(asker)
  if not asker.wanted and redis.call('HEXISTS', K.limitsSet, asker.workflow) == 0 then
    return true
  end
  local key, per_key, total, priority = string.match(asker.wanted or '- - - 0000000', '^(%S+) (%S+) (%S+) (%S+)$')
  asker.total = total
  asker.order = (asker.has_begun and '0' or '1') .. priority .. time_of_asking
  declare(key, per_key, asker.is_new)
  declare(asker.workflow, total, asker.is_new)
  local waits = redis.call('HGET', K.permitsWaiters, asker.id)
  if not waits and (key == '-' or enter(key, asker)) and enter(asker.workflow, asker) then
    return true
  end
  waits = redis.call('HGET', K.permitsWaiters, asker.id)
  let_in((string.match(waits, '^%S+')))
  return redis.call('HEXISTS', K.permitsWaiters, asker.id) == 0
end
local function space_start()
  local set = redis.call('HGET', K.limitsSet, A.workflow)
  local every, burst = A.rateEveryMs, A.rateBurst
  if set then
    local set_every, set_burst = string.match(set, '^%S+ %S+ (%S+) (%S+)')
    if set_every ~= '-' then
      every, burst = set_every, set_burst
    end
  end
  if every == '' then
    return nil
  end
  local free_at = math.max(tonumber(now), tonumber(redis.call('ZSCORE', K.limitsRates, A.rateScope) or '0'))
  local starts_at = math.max(tonumber(now), free_at - (tonumber(burst) - 1) * tonumber(every))
  local delay_ms = math.ceil(starts_at - tonumber(now))
  return delay_ms, string.format('%.3f', free_at + tonumber(every))
end
local function note_start(next_at)
  local past = redis.call('ZRANGEBYSCORE', K.limitsRates, '-inf', now, 'LIMIT', '0', '10')
  for index = 1, #past do
    redis.call('ZREM', K.limitsRates, past[index])
  end
  redis.call('ZADD', K.limitsRates, next_at, A.rateScope)
end
local function take_label(row)
  local label = redis.call('HGET', K.runsLabelled, row)
  if label then
    redis.call('ZREM', K.runsLabels, label .. '\\0' .. row)
    redis.call('HDEL', K.runsLabelled, row)
  end
end
local function put_label(row, label)
  take_label(row)
  if label ~= '' then
    redis.call('ZADD', K.runsLabels, '0', label .. '\\0' .. row)
    redis.call('HSET', K.runsLabelled, row, label)
  end
end
local asked = confirm()
local present = redis.call('HMGET', K.run, 'digest', 'status')
if present[1] then
  if present[1] == A.digest then
    return { 'exists', A.runId, present[2] }
  end
  return { 'conflict', A.runId }
end
if not asked then
  return { 'parent_gone' }
end
if A.parentId ~= '' then
  local parent = redis.call('HMGET', K.parentRun, 'status', 'unowned')
  if not parent[1] or (has_ended(parent[1]) and not parent[2]) then
    return { 'parent_gone' }
  end
end
if A.dueAt ~= '' then
  local standing = redis.call('HMGET', K.schedule, 'due', 'pausedAt')
  if standing[1] ~= A.dueAt or standing[2] then
    return { 'not_due' }
  end
end
local used = A.idempotencyMs ~= '' and redis.call('GET', K.idempotency)
if used then
  local digest, used_id = string.match(used, '^(%S+) (.*)$')
  return { digest == A.digest and 'exists' or 'conflict', used_id }
end
local rate_delay_ms, next_start_at = space_start()
if rate_delay_ms and rate_delay_ms > tonumber(A.delayMsMax) then
  return { 'rate_full' }
end
local delay_ms = math.max(tonumber(A.delayMs), rate_delay_ms or 0)
local delay = string.format('%.0f', delay_ms)
local ready_at = string.format('%.0f', tonumber(now) + delay_ms)
if A.idempotencyMs ~= '' then
  redis.call('SET', K.idempotency, A.digest .. ' ' .. A.runId, 'PX', A.idempotencyMs)
end
write_parts(A.info ~= '' and { 'info', A.info } or {}, {}, {
  'digest', A.digest, 'workflow', A.workflow, 'pool', A.pool, 'row', A.row,
  'definition', A.definition, 'status', 'pending', 'generation', '0',
})
if delay_ms > 0 then
  redis.call('HSET', K.run, 'readyAt', ready_at)
end
redis.call('ZREM', K.runsEnded, A.row .. ' ' .. A.workflow)
redis.call('RPUSH', K.inbox, A.startedEvent)
redis.call('ZADD', K.runsWorkflow, '0', A.row)
redis.call('ZADD', K.statusPending, '0', A.row)
put_label(A.row, A.label)
if A.permits ~= '' then
  redis.call('HSET', K.run, 'permits', A.permits)
end
if next_start_at then
  note_start(next_start_at)
end
local is_queued = delay_ms > 0 or ask_permits({
  id = A.runId, workflow = A.workflow, wanted = A.permits ~= '' and A.permits, pool = A.pool, is_new = true,
})
if is_queued then
  redis.call('ZADD', K.timers, ready_at, A.runId)
  local entry = A.outboxEntry
  if delay_ms > 0 then
    entry = string.sub(entry, 1, -2) .. ',"delayMs":' .. delay .. '}'
  end
  add_to_outbox(A.outboxId, entry)
end
if A.parentId ~= '' then
  redis.call('HSET', K.run, 'root', A.rootId)
  redis.call('ZADD', K.parentChildren, '0', A.row)
end
return { 'created', is_queued and '1' or '', delay, granted }`,
};
