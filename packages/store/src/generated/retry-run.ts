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
  /** run:<id>:events:copy */
  readonly historyCopy: string;
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
}

export interface RetryRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** entries kept in the history */
  readonly historyMax: ScriptValue;
  /** entries kept in the feed */
  readonly fleetEventsMax: ScriptValue;
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
 * that no worker could continue was not ended by the engine, so nothing is told to it: its frames are open still.
 */
export const retryRun: Script<RetryRunKeys, RetryRunValues, RetryRunTag> = {
  name: "retry_run",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "run", "parts", "history", "historyCopy", "fleetEvents", "timers", "steps", "inbox", "dedupe", "children", "answers", "log", "logSums", "runsEnded"],
  values: ["now", "runId", "historyMax", "fleetEventsMax", "eventTail", "fact"],
  sha1: "2437a009aaa9d864e4d366fa34a0d04dc2b400e2",
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
  history = KEYS[10],
  historyCopy = KEYS[11],
  fleetEvents = KEYS[12],
  timers = KEYS[13],
  steps = KEYS[14],
  inbox = KEYS[15],
  dedupe = KEYS[16],
  children = KEYS[17],
  answers = KEYS[18],
  log = KEYS[19],
  logSums = KEYS[20],
  runsEnded = KEYS[21],
}
local A = {
  now = ARGV[1],
  runId = ARGV[2],
  historyMax = ARGV[3],
  fleetEventsMax = ARGV[4],
  eventTail = ARGV[5],
  fact = ARGV[6],
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
local stored = redis.call('HMGET', K.run, 'status', 'row', 'workflow', 'pool', 'unowned')
local status = stored[1]
if not status then
  return { 'not_found' }
end
if status ~= 'failed' then
  return { 'not_failed', status }
end
local kept = { K.run, K.parts, K.steps, K.history, K.children, K.answers, K.inbox, K.dedupe, K.log, K.logSums }
for index = 1, #kept do
  redis.call('PERSIST', kept[index])
end
redis.call('ZREM', K.runsEnded, stored[2] .. ' ' .. stored[3])
write_parts({}, { 'summary', 'error' }, {})
redis.call('HDEL', K.run, 'endedAt', 'unowned', 'recoveries', 'cancelReason', 'cancelBy', 'cancelAt')
set_status(K.run, stored[2], status, 'pending')
if stored[5] then
  add_facts(A.fact)
  redis.call('ZADD', K.timers, now, A.runId)
else
  push_event({ id = A.runId, run = K.run, inbox = K.inbox, status = 'pending', row = stored[2] },
    '{"at":' .. now .. ',' .. A.eventTail)
end
return { 'retried', 'pending', stored[4] }`,
};
