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
  /** run:<id>:state */
  readonly parts: string;
  /** lease:<id> */
  readonly lease: string;
  /** leases */
  readonly leases: string;
  /** timers */
  readonly timers: string;
}

export interface ActivateRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** every legal change as " from>to to", with a space at both ends of each */
  readonly transitions: ScriptValue;
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
  /** worker */
  readonly owner: ScriptValue;
  /** worker as JSON */
  readonly ownerJson: ScriptValue;
  /** recoveries without progress in between */
  readonly recoveriesMax: ScriptValue;
  /** recoveries of a run that this worker takes now */
  readonly recoveriesAdmitted: ScriptValue;
  /** states of more parts than this are left for the owner to read */
  readonly partsTold: ScriptValue;
}

/**
 * - activated: generation, took over (0 or 1), record, parts, unread events, 1 when the parts are left to be read
 * - lost: the lease is not held with this token
 * - ended: status
 * - not_found: no such run
 * - crash_loop: recoveries that would be
 * - suspect: recoveries that would be
 */
export type ActivateRunTag = "activated" | "lost" | "ended" | "not_found" | "crash_loop" | "suspect";

/**
 * Gives a run to the worker that holds its lease: a new generation, which refuses every earlier owner from now on.
 * An owner before that never gave the run away counts as a recovery; too many are a crash loop. A repeat with the same
 * lease token changes nothing and answers the same.
 */
export const activateRun: Script<ActivateRunKeys, ActivateRunValues, ActivateRunTag> = {
  name: "activate_run",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "history", "historyCopy", "fleetEvents", "run", "inbox", "parts", "lease", "leases", "timers"],
  values: ["now", "transitions", "runId", "historyMax", "fleetEventsMax", "inboxPage", "leaseToken", "checksLease", "owner", "ownerJson", "recoveriesMax", "recoveriesAdmitted", "partsTold"],
  sha1: "e178497f974bcfe1196ab805269e260cc5da78b4",
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
  parts = KEYS[13],
  lease = KEYS[14],
  leases = KEYS[15],
  timers = KEYS[16],
}
local A = {
  now = ARGV[1],
  transitions = ARGV[2],
  runId = ARGV[3],
  historyMax = ARGV[4],
  fleetEventsMax = ARGV[5],
  inboxPage = ARGV[6],
  leaseToken = ARGV[7],
  checksLease = ARGV[8],
  owner = ARGV[9],
  ownerJson = ARGV[10],
  recoveriesMax = ARGV[11],
  recoveriesAdmitted = ARGV[12],
  partsTold = ARGV[13],
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
local function may_become(from, to)
  return from == to or string.find(A.transitions, ' ' .. from .. '>' .. to .. ' ', 1, true) ~= nil
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
local function fit_history()
  local copied = redis.pcall('COPY', K.history, K.historyCopy, 'REPLACE')
  if copied == 1 then
    redis.call('RENAME', K.historyCopy, K.history)
  end
end
local function add_fact(fact)
  redis.call('XADD', K.history, 'MAXLEN', '~', A.historyMax, '*', 'at', now, 'fact', fact)
  if redis.call('XLEN', K.history) == 1 then
    fit_history()
  end
  redis.call('XADD', K.fleetEvents, 'MAXLEN', '~', A.fleetEventsMax, '*', 'run', A.runId, 'at', now, 'fact', fact)
end
local function note_lost_lease(generation)
  local owner_json = redis.call('HGET', K.run, 'ownerJson')
  if owner_json then
    add_fact('{"type":"lease.lost","worker":' .. owner_json .. ',"generation":' .. generation .. '}')
  end
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
local stored = redis.call(
  'HMGET', K.run, 'status', 'row', 'generation', 'nonce', 'owner', 'recoveries', 'tookOver', 'startedAt'
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
local is_repeat = stored[5] and stored[4] == A.leaseToken
if not is_repeat then
  took_over = stored[5] and '1' or '0'
  local recoveries = tonumber(stored[6]) + tonumber(took_over)
  if recoveries > tonumber(A.recoveriesMax) then
    return { 'crash_loop', string.format('%.0f', recoveries) }
  end
  if recoveries > tonumber(A.recoveriesAdmitted) then
    return { 'suspect', string.format('%.0f', recoveries) }
  end
  if took_over == '1' then
    note_lost_lease(generation)
  end
  generation = string.format('%.0f', math.max(tonumber(generation) + 1, tonumber(now)))
  redis.call(
    'HSET', K.run, 'generation', generation, 'nonce', A.leaseToken, 'owner', A.owner, 'ownerJson', A.ownerJson,
    'heartbeatAt', now, 'recoveries', string.format('%.0f', recoveries), 'tookOver', took_over,
    'startedAt', stored[8] or now
  )
  redis.call('HDEL', K.parts, 'blockedOn')
  set_status(K.run, stored[2], status, open_status(status, 'running'))
  redis.call('ZADD', K.leases, now, A.runId)
  redis.call('ZREM', K.timers, A.runId)
  add_fact(
    '{"type":"lease.acquired","worker":' .. A.ownerJson .. ',"generation":' .. generation
      .. ',"tookOver":' .. (took_over == '1' and 'true' or 'false') .. '}'
  )
end
local are_left = redis.call('HLEN', K.parts) > tonumber(A.partsTold)
return {
  'activated', generation, took_over,
  redis.call('HGETALL', K.run), are_left and {} or redis.call('HGETALL', K.parts), unread_events(),
  are_left and '1' or '0',
}`,
};
