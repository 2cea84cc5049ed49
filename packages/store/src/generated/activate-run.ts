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
  /** value the lease must have */
  readonly leaseToken: ScriptValue;
  /** how long it lives when it is taken here; empty when it must be held already */
  readonly leaseTtlMs: ScriptValue;
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
 * - busy: ms until the lease of somebody else runs out
 * - ended: status
 * - not_found: no such run
 * - crash_loop: recoveries that would be
 * - suspect: recoveries that would be
 * - limited: the run waits in line for a permit
 */
export type ActivateRunTag = "activated" | "lost" | "busy" | "ended" | "not_found" | "crash_loop" | "suspect" | "limited";

/**
 * Gives a run to the worker that holds its lease, or takes that with it: a new generation, which refuses every earlier owner
 * from now on.
 * An owner before that never gave the run away counts as a recovery; too many are a crash loop. A repeat with the same
 * lease token changes nothing and answers the same. A run that somebody owned has its permits; one that is asked to end
 * needs none.
 */
export const activateRun: Script<ActivateRunKeys, ActivateRunValues, ActivateRunTag> = {
  name: "activate_run",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "history", "historyCopy", "fleetEvents", "run", "inbox", "outbox", "outboxEntries", "timers", "permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet", "parts", "lease", "leases"],
  values: ["now", "runId", "leaseToken", "leaseTtlMs", "checksLease", "owner", "recoveriesMax", "recoveriesAdmitted", "partsTold"],
  sha1: "aba69545a136ec2a26c12a958c34b458f8f28ef3",
  source: `local KEYS = KEYS
local ARGV = ARGV
local usual_pool = '"default"'
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end
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
    pending = KEYS[1],
    running = KEYS[2],
    waiting = KEYS[3],
    cancelling = KEYS[4],
    completed = KEYS[5],
    failed = KEYS[6],
    cancelled = KEYS[7],
  }
  redis.call('ZREM', status_rows[from], row)
  redis.call('ZADD', status_rows[to], '0', row)
end
local function set_status(run_key, row, from, to)
  if from ~= to then
    redis.call('HSET', run_key, 'status', to)
    move_row(row, from, to)
  end
end
local history_entries_max = '20000'
local fleet_events_max = '50000'
local function fit_stream(key, copy)
  local copied = redis.pcall('COPY', key, copy, 'REPLACE')
  if copied == 1 then
    redis.call('RENAME', copy, key)
  end
end
local function fit_history()
  fit_stream(KEYS[8], KEYS[9])
end
local function add_facts(facts)
  if ARGV[1] == '' then
    local id = redis.call('XADD', KEYS[8], 'MAXLEN', '~', history_entries_max, '*', 'facts', facts)
    local at = string.match(id, '^%d+')
    redis.call('XADD', KEYS[10], 'MAXLEN', '~', fleet_events_max, '*', 'run', ARGV[2], 'at', at, 'facts', facts)
    return
  end
  redis.call('XADD', KEYS[8], 'MAXLEN', '~', history_entries_max, '*', 'at', now, 'facts', facts)
  redis.call('XADD', KEYS[10], 'MAXLEN', '~', fleet_events_max, '*', 'run', ARGV[2], 'at', now, 'facts', facts)
end
local function lost_lease(generation)
  return '["ll",' .. redis.call('HGET', KEYS[11], 'owner') .. ',' .. generation .. ']\\n'
end
local inbox_page_max = 500
local function unread_events(seen)
  return { seen, redis.call('LRANGE', KEYS[12], '0', inbox_page_max - 1) }
end
local function add_to_outbox(id, entry)
  redis.call('ZADD', KEYS[13], now, id)
  redis.call('HSET', KEYS[14], id, entry)
end
local let_in_max = 20
local time_of_asking = string.format('%015.0f', tonumber(now))
local granted = {}
local function count_held(scope)
  return redis.call('ZLEXCOUNT', KEYS[16], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function count_waiting(scope)
  return redis.call('ZLEXCOUNT', KEYS[17], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function set_limit_of(scope)
  local workflow, key = string.match(scope, '^([^/]*)(.*)$')
  local total, per_key = string.match(redis.call('HGET', KEYS[20], workflow) or '- -', '^(%S+) (%S+)')
  return tonumber(key == '' and total or per_key)
end
local function limit_of(scope)
  return set_limit_of(scope) or tonumber(redis.call('HGET', KEYS[19], scope))
end
local function limit_for(scope, asker)
  if asker.total == '-' and not string.find(scope, '/', 1, true) then
    return set_limit_of(scope)
  end
  return limit_of(scope)
end
local function enter(scope, asker)
  if redis.call('ZSCORE', KEYS[16], scope .. ' ' .. asker.id) then
    return true
  end
  local limit = limit_for(scope, asker)
  if not limit then
    return true
  end
  local has_begun = string.sub(asker.order, 1, 1) == '0'
  if count_held(scope) < limit and (has_begun or count_waiting(scope) == 0) then
    redis.call('ZADD', KEYS[16], '0', scope .. ' ' .. asker.id)
    return true
  end
  redis.call('ZADD', KEYS[17], '0', scope .. ' ' .. asker.order .. ' ' .. asker.id)
  redis.call(
    'HSET', KEYS[18], asker.id, scope .. ' ' .. asker.order .. ' ' .. asker.total .. ' ' .. asker.pool
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
    redis.call('HSETNX', KEYS[19], workflow, asker.total)
  end
  return enter(workflow, asker)
end
local function grant(asker)
  local id = 'permit:' .. asker.id
  redis.call('HDEL', KEYS[18], asker.id)
  redis.call('ZADD', KEYS[15], now, asker.id)
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
  local members = redis.call('ZRANGEBYLEX', KEYS[17], first, last, 'LIMIT', '0', most)
  for index = 1, #members do
    local asker = { id = string.match(members[index], '(%S+)$') }
    local waits = redis.call('HGET', KEYS[18], asker.id)
    asker.order, asker.total, asker.pool = string.match(waits, '^%S+ (%S+) (%S+) (.*)$')
    redis.call('ZREM', KEYS[17], members[index])
    redis.call('ZADD', KEYS[16], '0', scope .. ' ' .. asker.id)
    if enter_workflow(scope, asker) then
      grant(asker)
    end
  end
end
local function declare(scope, limit, is_new)
  if limit == '-' then
    return
  end
  if not is_new then
    redis.call('HSETNX', KEYS[19], scope, limit)
  elseif redis.call('HGET', KEYS[19], scope) ~= limit then
    redis.call('HSET', KEYS[19], scope, limit)
    let_in(scope)
  end
end
local function ask_permits(asker)
  if not asker.wanted and redis.call('HEXISTS', KEYS[20], asker.workflow) == 0 then
    return true
  end
  local key, per_key, total, priority = string.match(asker.wanted or '- - - 0000000', '^(%S+) (%S+) (%S+) (%S+)$')
  asker.total = total
  asker.order = (asker.has_begun and '0' or '1') .. priority .. time_of_asking
  declare(key, per_key, asker.is_new)
  declare(asker.workflow, total, asker.is_new)
  local waits = redis.call('HGET', KEYS[18], asker.id)
  if not waits and (key == '-' or enter(key, asker)) and enter(asker.workflow, asker) then
    return true
  end
  waits = redis.call('HGET', KEYS[18], asker.id)
  let_in((string.match(waits, '^%S+')))
  return redis.call('HEXISTS', KEYS[18], asker.id) == 0
end
local stored = redis.call(
  'HMGET', KEYS[11], 'status', 'row', 'generation', 'nonce', 'owner', 'recoveries', 'tookOver', 'startedAt',
  'workflow', 'permits', 'pool', 'wakeAt', 'inboxSeen', 'info'
)
local status = stored[1]
if not status then
  return { 'not_found' }
end
if has_ended(status) then
  return { 'ended', status }
end
local holder = ARGV[5] ~= '' and redis.call('GET', KEYS[22])
local is_held = ARGV[5] == '' or holder == ARGV[3]
if not is_held and ARGV[4] == '' then
  return { 'lost' }
end
if not is_held and holder then
  return { 'busy', string.format('%.0f', redis.call('PTTL', KEYS[22])) }
end
local function take_lease()
  if not is_held then
    redis.call('SET', KEYS[22], ARGV[3], 'PX', ARGV[4])
  end
end
local generation = stored[3]
local took_over = stored[7]
local wanted_since = ''
local is_repeat = stored[5] and stored[4] == ARGV[3]
if not is_repeat then
  took_over = stored[5] and '1' or '0'
  local recoveries = tonumber(stored[6] or '0') + tonumber(took_over)
  if recoveries > tonumber(ARGV[7]) then
    take_lease()
    return { 'crash_loop', string.format('%.0f', recoveries) }
  end
  if recoveries > tonumber(ARGV[8]) then
    return { 'suspect', string.format('%.0f', recoveries) }
  end
  local needs_permits = took_over == '0' and status ~= 'cancelling'
  if needs_permits and not ask_permits({
    id = ARGV[2], workflow = stored[9], wanted = stored[10], pool = stored[11] or usual_pool, has_begun = stored[8],
  }) then
    set_status(KEYS[11], stored[2], status, 'pending')
    redis.call('ZREM', KEYS[15], ARGV[2])
    return { 'limited' }
  end
  local lost = took_over == '1' and lost_lease(generation) or ''
  local is_first = generation == '0'
  generation = string.format('%.0f', math.max(tonumber(generation) + 1, tonumber(now)))
  local to = open_status(status, 'running')
  redis.call(
    'HSET', KEYS[11], 'generation', generation, 'nonce', ARGV[3], 'owner', ARGV[6], 'tookOver', took_over,
    'heartbeatAt', now, 'startedAt', stored[8] or now, 'status', to
  )
  if took_over == '1' then
    redis.call('HSET', KEYS[11], 'recoveries', string.format('%.0f', recoveries))
  end
  local is_parked = took_over == '0' and (status == 'waiting' or status == 'cancelling')
  local due = redis.call('ZSCORE', KEYS[15], ARGV[2]) or is_parked and stored[12]
  if due and tonumber(due) <= tonumber(now) then
    wanted_since = string.format('%.0f', tonumber(due))
  end
  move_row(stored[2], status, to)
  redis.call('ZADD', KEYS[23], now, ARGV[2])
  redis.call('ZREM', KEYS[15], ARGV[2])
  add_facts(lost .. '["la",' .. ARGV[6] .. ',' .. generation .. (took_over == '1' and ',true' or '') .. ']')
  if is_first then
    fit_history()
  else
    redis.call('HDEL', KEYS[11], 'blockedOn')
    redis.call('HDEL', KEYS[21], 'blockedOn')
  end
end
take_lease()
local has_parts = stored[3] ~= '0' or not stored[14]
local are_left = has_parts and redis.call('HLEN', KEYS[21]) > tonumber(ARGV[9])
return {
  'activated', generation, took_over,
  redis.call('HGETALL', KEYS[11]), has_parts and not are_left and redis.call('HGETALL', KEYS[21]) or {},
  unread_events(stored[13] or '0'), are_left and '1' or '0', wanted_since,
}`,
};
