// Generated from lua/request_cancel.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface RequestCancelKeys {
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
  /** timers */
  readonly timers: string;
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
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
  /** run:<id> */
  readonly run: string;
  /** run:<id>:inbox */
  readonly inbox: string;
}

export interface RequestCancelValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** every legal change as " from>to to", with a space at both ends of each */
  readonly transitions: ScriptValue;
  /** id of the entry that asked for this write, or empty */
  readonly confirms: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** text */
  readonly reason: ScriptValue;
  /** who asks */
  readonly by: ScriptValue;
  /** JSON of the event after its member `at` */
  readonly eventTail: ScriptValue;
  /** channel of cancel messages */
  readonly channel: ScriptValue;
}

/**
 * - requested: status, pool as JSON, runs that got its permits
 * - already: reason, by, at of the first request
 * - ended: status
 * - not_found: no such run
 */
export type RequestCancelTag = "requested" | "already" | "ended" | "not_found";

/**
 * Asks for the end of a run: the flag is the truth, the event makes the engine act, the message makes it fast. A repeat
 * only sends the message again. A run that nobody owns still needs a worker for its `always` block; the caller wakes it.
 */
export const requestCancel: Script<RequestCancelKeys, RequestCancelValues, RequestCancelTag> = {
  name: "request_cancel",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "timers", "outbox", "outboxEntries", "permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet", "run", "inbox"],
  values: ["now", "transitions", "confirms", "runId", "reason", "by", "eventTail", "channel"],
  sha1: "19498ff42d24fde081c438368050021d1fa7ca4a",
  source: `local K = {
  statusPending = KEYS[1],
  statusRunning = KEYS[2],
  statusWaiting = KEYS[3],
  statusCancelling = KEYS[4],
  statusCompleted = KEYS[5],
  statusFailed = KEYS[6],
  statusCancelled = KEYS[7],
  timers = KEYS[8],
  outbox = KEYS[9],
  outboxEntries = KEYS[10],
  permitsHeld = KEYS[11],
  permitsWaiting = KEYS[12],
  permitsWaiters = KEYS[13],
  limitsDeclared = KEYS[14],
  limitsSet = KEYS[15],
  run = KEYS[16],
  inbox = KEYS[17],
}
local A = {
  now = ARGV[1],
  transitions = ARGV[2],
  confirms = ARGV[3],
  runId = ARGV[4],
  reason = ARGV[5],
  by = ARGV[6],
  eventTail = ARGV[7],
  channel = ARGV[8],
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
local function confirm()
  if A.confirms == '' then
    return true
  end
  redis.call('HDEL', K.outboxEntries, A.confirms)
  return redis.call('ZREM', K.outbox, A.confirms) == 1
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
local stored = redis.call(
  'HMGET', K.run, 'status', 'row', 'owner', 'pool', 'cancelReason', 'cancelBy', 'cancelAt'
)
if not stored[1] then
  return { 'not_found' }
end
confirm()
if has_ended(stored[1]) then
  return { 'ended', stored[1] }
end
redis.call('PUBLISH', A.channel, A.runId)
if stored[7] then
  return { 'already', stored[5], stored[6], stored[7] }
end
redis.call('HSET', K.run, 'cancelReason', A.reason, 'cancelBy', A.by, 'cancelAt', now)
set_status(K.run, stored[2], stored[1], 'cancelling')
push_event({
  id = A.runId, run = K.run, inbox = K.inbox,
  status = 'cancelling', row = stored[2], owner = stored[3],
}, '{"at":' .. now .. ',' .. A.eventTail)
if not stored[3] then
  return_permits()
end
return { 'requested', 'cancelling', stored[4], granted }`,
};
