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
  sha1: "3391d192cb013b58e936bc21557ba2e17b360dc8",
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
local function push_event(target, event)
  redis.call('RPUSH', target.inbox, event)
  if target.owner then
    return target.status
  end
  redis.call('ZADD', KEYS[8], now, target.id)
  if target.status ~= 'waiting' then
    return target.status
  end
  set_status(target.run, target.row, 'waiting', 'pending')
  return 'pending'
end
local function confirm()
  if ARGV[2] == '' then
    return true
  end
  redis.call('HDEL', KEYS[10], ARGV[2])
  return redis.call('ZREM', KEYS[9], ARGV[2]) == 1
end
local stored = redis.call('HMGET', KEYS[11], 'status', 'row', 'owner', 'pool')
if not stored[1] then
  confirm()
  return { 'not_found' }
end
if has_ended(stored[1]) then
  confirm()
  return { 'ended', stored[1] }
end
if ARGV[6] ~= '' and redis.call('ZSCORE', KEYS[13], ARGV[6]) then
  confirm()
  return { 'duplicate' }
end
if redis.call('LLEN', KEYS[12]) >= tonumber(ARGV[7]) then
  return { 'full' }
end
if not confirm() then
  return { 'duplicate' }
end
if ARGV[6] ~= '' then
  redis.call('ZADD', KEYS[13], now, ARGV[6])
  redis.call('ZREMRANGEBYRANK', KEYS[13], '0', string.format('%.0f', -tonumber(ARGV[7]) - 1))
end
local status = push_event({
  id = ARGV[3], run = KEYS[11], inbox = KEYS[12],
  status = stored[1], row = stored[2], owner = stored[3],
}, '{"at":' .. (ARGV[4] == '' and now or ARGV[4]) .. ',' .. ARGV[5])
return { 'appended', status, stored[4] or usual_pool }`,
};
