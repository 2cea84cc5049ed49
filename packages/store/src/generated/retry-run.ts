// Generated from lua/retry_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface RetryRunKeys {
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
  /** run:<id>:events */
  readonly history: string;
  /** events */
  readonly fleetEvents: string;
  /** timers */
  readonly timers: string;
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
  /** runs:ended */
  readonly runsEnded: string;
  /** gates:open */
  readonly gatesOpen: string;
}

export interface RetryRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** JSON of the event after its member `at` */
  readonly eventTail: ScriptValue;
  /** as text */
  readonly fact: ScriptValue;
}

/**
 * - retried: status, pool as JSON
 * - not_failed: status
 * - not_found: no such run
 */
export type RetryRunTag = "retried" | "not_failed" | "not_found";

/**
 * Opens a failed run again: what it has no longer expires, and the event makes the engine go on from what failed. A run
 * that no worker could continue was not ended by the engine, so nothing is told to it: its frames are open still, and its
 * gates are open again.
 */
export const retryRun: Script<RetryRunKeys, RetryRunValues, RetryRunTag> = {
  name: "retry_run",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "run", "parts", "history", "fleetEvents", "timers", "steps", "inbox", "dedupe", "children", "answers", "log", "logSums", "runsEnded", "gatesOpen"],
  values: ["now", "runId", "eventTail", "fact"],
  sha1: "db949b651f220a8c6eb5e0d400798c3a0e62caeb",
  source: `local KEYS = KEYS
local ARGV = ARGV
local usual_pool = '"default"'
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
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
  local room = fields_beside_max - redis.call('HLEN', KEYS[8])
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
  call_in_chunks('HSET', KEYS[8], fields)
  call_in_chunks('HDEL', KEYS[8], left_run)
  call_in_chunks('HSET', KEYS[9], far)
  call_in_chunks('HDEL', KEYS[9], left_parts)
end
local history_entries_max = '20000'
local fleet_events_max = '50000'
local function add_facts(facts)
  if ARGV[1] == '' then
    local id = redis.call('XADD', KEYS[10], 'MAXLEN', '~', history_entries_max, '*', 'facts', facts)
    local at = string.match(id, '^%d+')
    redis.call('XADD', KEYS[11], 'MAXLEN', '~', fleet_events_max, '*', 'run', ARGV[2], 'at', at, 'facts', facts)
    return
  end
  redis.call('XADD', KEYS[10], 'MAXLEN', '~', history_entries_max, '*', 'at', now, 'facts', facts)
  redis.call('XADD', KEYS[11], 'MAXLEN', '~', fleet_events_max, '*', 'run', ARGV[2], 'at', now, 'facts', facts)
end
local function push_event(target, event)
  redis.call('RPUSH', target.inbox, event)
  if target.owner then
    return target.status
  end
  redis.call('ZADD', KEYS[12], now, target.id)
  if target.status ~= 'waiting' then
    return target.status
  end
  set_status(target.run, target.row, 'waiting', 'pending')
  return 'pending'
end
local stored = redis.call('HMGET', KEYS[8], 'status', 'row', 'workflow', 'pool', 'unowned', 'gatesAway')
local status = stored[1]
if not status then
  return { 'not_found' }
end
if status ~= 'failed' then
  return { 'not_failed', status }
end
local kept = { KEYS[8], KEYS[9], KEYS[13], KEYS[10], KEYS[16], KEYS[17], KEYS[14], KEYS[15], KEYS[18], KEYS[19] }
for index = 1, #kept do
  redis.call('PERSIST', kept[index])
end
redis.call('ZREM', KEYS[20], stored[2] .. ' ' .. stored[3])
local function open_gates_again(places)
  for place in string.gmatch(places, '%S+') do
    local entry = redis.call('HGET', KEYS[17], 'away ' .. place)
    redis.call('ZADD', KEYS[21], '0', entry)
    redis.call('HDEL', KEYS[17], 'away ' .. place)
  end
  redis.call('HSET', KEYS[8], 'gates', places)
  redis.call('HDEL', KEYS[8], 'gatesAway')
end
write_parts({}, { 'summary', 'error' }, {})
if stored[6] then
  open_gates_again(stored[6])
end
redis.call('HDEL', KEYS[8], 'endedAt', 'unowned', 'recoveries', 'cancelReason', 'cancelBy', 'cancelAt')
set_status(KEYS[8], stored[2], status, 'pending')
if stored[5] then
  add_facts(ARGV[4])
  redis.call('ZADD', KEYS[12], now, ARGV[2])
else
  push_event({ id = ARGV[2], run = KEYS[8], inbox = KEYS[14], status = 'pending', row = stored[2] },
    '{"at":' .. now .. ',' .. ARGV[3])
end
return { 'retried', 'pending', stored[4] or usual_pool }`,
};
