// Generated from lua/append_event.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface AppendEventKeys {
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
  /** run:<id>:inbox:ids */
  readonly dedupe: string;
}

export interface AppendEventValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id of the entry that asked for this write, or empty */
  readonly confirms: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** epoch ms of the event, or empty for the time of this script */
  readonly at: ScriptValue;
  /** JSON of the event after its member `at` */
  readonly eventTail: ScriptValue;
  /** id of the event for its sender, or empty */
  readonly dedupeId: ScriptValue;
  /** events that may wait for a run; also dedupe ids remembered */
  readonly inboxMax: ScriptValue;
}

/**
 * - appended: status, pool as JSON
 * - duplicate: an event with this dedupe id came before, or the entry that asks for it is not there
 * - ended: status
 * - full: the run has too many unread events
 * - not_found: no such run
 */
export type AppendEventTag = "appended" | "duplicate" | "ended" | "full" | "not_found";

/**
 * Puts an event from outside into a run's inbox, once per dedupe id. Ends a wait; the caller wakes the run.
 */
export const appendEvent: Script<AppendEventKeys, AppendEventValues, AppendEventTag> = {
  name: "append_event",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "timers", "outbox", "outboxEntries", "run", "inbox", "dedupe"],
  values: ["now", "confirms", "runId", "at", "eventTail", "dedupeId", "inboxMax"],
  sha1: "a3405c6f917af31703e355e1b10d556400223843",
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
  dedupe = KEYS[13],
}
local A = {
  now = ARGV[1],
  confirms = ARGV[2],
  runId = ARGV[3],
  at = ARGV[4],
  eventTail = ARGV[5],
  dedupeId = ARGV[6],
  inboxMax = ARGV[7],
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
local stored = redis.call('HMGET', K.run, 'status', 'row', 'owner', 'pool')
if not stored[1] then
  confirm()
  return { 'not_found' }
end
if has_ended(stored[1]) then
  confirm()
  return { 'ended', stored[1] }
end
if A.dedupeId ~= '' and redis.call('ZSCORE', K.dedupe, A.dedupeId) then
  confirm()
  return { 'duplicate' }
end
if redis.call('LLEN', K.inbox) >= tonumber(A.inboxMax) then
  return { 'full' }
end
if not confirm() then
  return { 'duplicate' }
end
if A.dedupeId ~= '' then
  redis.call('ZADD', K.dedupe, now, A.dedupeId)
  redis.call('ZREMRANGEBYRANK', K.dedupe, '0', string.format('%.0f', -tonumber(A.inboxMax) - 1))
end
local status = push_event({
  id = A.runId, run = K.run, inbox = K.inbox,
  status = stored[1], row = stored[2], owner = stored[3],
}, '{"at":' .. (A.at == '' and now or A.at) .. ',' .. A.eventTail)
return { 'appended', status, stored[4] }`,
};
