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
 * - requested: status, pool as JSON
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
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "timers", "outbox", "outboxEntries", "run", "inbox"],
  values: ["now", "transitions", "confirms", "runId", "reason", "by", "eventTail", "channel"],
  sha1: "3df7a4f017ebf06700f5978f1eac535e30cb5ab4",
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
  run = KEYS[11],
  inbox = KEYS[12],
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
return { 'requested', 'cancelling', stored[4] }`,
};
