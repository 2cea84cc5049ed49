// Generated from lua/activate_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ActivateRunKeys {
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
  /** run:<id>:inbox */
  readonly inbox: string;
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
  /** run:<id>:state */
  readonly parts: string;
  /** lease:<id> */
  readonly lease: string;
  /** leases */
  readonly leases: string;
}

export interface ActivateRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** entries kept in the history */
  readonly historyMax: ScriptValue;
  /** entries kept in the feed */
  readonly fleetEventsMax: ScriptValue;
  /** events told at once */
  readonly inboxPage: ScriptValue;
  /** value the lease must have */
  readonly leaseToken: ScriptValue;
  /** 1, or empty when leases lie in other servers and only the fence protects */
  readonly checksLease: ScriptValue;
  /** worker as JSON */
  readonly owner: ScriptValue;
  /** recoveries without progress in between */
  readonly recoveriesMax: ScriptValue;
  /** recoveries of a run that this worker takes now */
  readonly recoveriesAdmitted: ScriptValue;
  /** states of more parts than this are left for the owner to read */
  readonly partsTold: ScriptValue;
}

/**
 * - activated: generation, took over (0 or 1), record, parts, unread events, 1 when parts are left to be read, wanted since or empty
 * - lost: the lease is not held with this token
 * - ended: status
 * - not_found: no such run
 * - crash_loop: recoveries that would be
 * - suspect: recoveries that would be
 * - limited: the run waits in line for a permit
 */
export type ActivateRunTag = "activated" | "lost" | "ended" | "not_found" | "crash_loop" | "suspect" | "limited";

/**
 * Gives a run to the worker that holds its lease: a new generation, which refuses every earlier owner from now on.
 * An owner before that never gave the run away counts as a recovery; too many are a crash loop. A repeat with the same
 * lease token changes nothing and answers the same. A run that somebody owned has its permits; one that is asked to end
 * needs none.
 */
export const activateRun: Script<ActivateRunKeys, ActivateRunValues, ActivateRunTag> = {
  name: "activate_run",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "history", "historyCopy", "fleetEvents", "run", "inbox", "outbox", "outboxEntries", "timers", "permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet", "parts", "lease", "leases"],
  values: ["now", "runId", "historyMax", "fleetEventsMax", "inboxPage", "leaseToken", "checksLease", "owner", "recoveriesMax", "recoveriesAdmitted", "partsTold"],
  sha1: "b7478e1317d6d1c1ed1a6c323fabf2ab6d3765b0",
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
  inbox = KEYS[12],
  outbox = KEYS[13],
  outboxEntries = KEYS[14],
  timers = KEYS[15],
  permitsHeld = KEYS[16],
  permitsWaiting = KEYS[17],
  permitsWaiters = KEYS[18],
  limitsDeclared = KEYS[19],
  limitsSet = KEYS[20],
  parts = KEYS[21],
  lease = KEYS[22],
  leases = KEYS[23],
}
local A = {
  now = ARGV[1],
  runId = ARGV[2],
  historyMax = ARGV[3],
  fleetEventsMax = ARGV[4],
  inboxPage = ARGV[5],
  leaseToken = ARGV[6],
  checksLease = ARGV[7],
  owner = ARGV[8],
  recoveriesMax = ARGV[9],
  recoveriesAdmitted = ARGV[10],
  partsTold = ARGV[11],
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
local function lost_lease(generation)
  return '["ll",' .. redis.call('HGET', K.run, 'owner') .. ',' .. generation .. ']\\n'
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
local function add_to_outbox(id, entry)
  redis.call('ZADD', K.outbox, now, id)
  redis.call('HSET', K.outboxEntries, id, entry)
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
local stored = redis.call(
  'HMGET', K.run, 'status', 'row', 'generation', 'nonce', 'owner', 'recoveries', 'tookOver', 'startedAt',
  'workflow', 'permits', 'pool', 'wakeAt'
)
local status = stored[1]
if not status then
  return { 'not_found' }
end
if has_ended(status) then
  return { 'ended', status }
end
if A.checksLease ~= '' and redis.call('GET', K.lease) ~= A.leaseToken then
  return { 'lost' }
end
local generation = stored[3]
local took_over = stored[7]
local wanted_since = ''
local is_repeat = stored[5] and stored[4] == A.leaseToken
if not is_repeat then
  took_over = stored[5] and '1' or '0'
  local recoveries = tonumber(stored[6] or '0') + tonumber(took_over)
  if recoveries > tonumber(A.recoveriesMax) then
    return { 'crash_loop', string.format('%.0f', recoveries) }
  end
  if recoveries > tonumber(A.recoveriesAdmitted) then
    return { 'suspect', string.format('%.0f', recoveries) }
  end
  local needs_permits = took_over == '0' and status ~= 'cancelling'
  if needs_permits and not ask_permits({
    id = A.runId, workflow = stored[9], wanted = stored[10], pool = stored[11], has_begun = stored[8],
  }) then
    set_status(K.run, stored[2], status, 'pending')
    redis.call('ZREM', K.timers, A.runId)
    return { 'limited' }
  end
  local lost = took_over == '1' and lost_lease(generation) or ''
  local is_first = generation == '0'
  generation = string.format('%.0f', math.max(tonumber(generation) + 1, tonumber(now)))
  redis.call(
    'HSET', K.run, 'generation', generation, 'nonce', A.leaseToken, 'owner', A.owner, 'tookOver', took_over,
    'heartbeatAt', now, 'startedAt', stored[8] or now
  )
  if took_over == '1' then
    redis.call('HSET', K.run, 'recoveries', string.format('%.0f', recoveries))
  end
  local is_parked = took_over == '0' and (status == 'waiting' or status == 'cancelling')
  local due = redis.call('ZSCORE', K.timers, A.runId) or is_parked and stored[12]
  if due and tonumber(due) <= tonumber(now) then
    wanted_since = string.format('%.0f', tonumber(due))
  end
  redis.call('HDEL', K.run, 'blockedOn')
  redis.call('HDEL', K.parts, 'blockedOn')
  set_status(K.run, stored[2], status, open_status(status, 'running'))
  redis.call('ZADD', K.leases, now, A.runId)
  redis.call('ZREM', K.timers, A.runId)
  add_facts(lost .. '["la",' .. A.owner .. ',' .. generation .. (took_over == '1' and ',true' or '') .. ']')
  if is_first then
    fit_history()
  end
end
local are_left = redis.call('HLEN', K.parts) > tonumber(A.partsTold)
return {
  'activated', generation, took_over,
  redis.call('HGETALL', K.run), are_left and {} or redis.call('HGETALL', K.parts), unread_events(),
  are_left and '1' or '0', wanted_since,
}`,
};
