// Generated from lua/trim_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface TrimRunKeys {
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
  /** runs:kept:wf:<workflow of the root> */
  readonly keptRoots: string;
  /** runs:kept:families */
  readonly keptFamilies: string;
  /** runs:kept:bytes */
  readonly keptBytes: string;
  /** runs:labels */
  readonly runsLabels: string;
  /** runs:labelled */
  readonly runsLabelled: string;
  /** run:<id> */
  readonly run: string;
  /** run:<id>:state */
  readonly parts: string;
  /** run:<id>:steps */
  readonly steps: string;
  /** run:<id>:inbox */
  readonly inbox: string;
  /** run:<id>:inbox:ids */
  readonly dedupe: string;
  /** run:<id>:events */
  readonly history: string;
  /** run:<id>:children */
  readonly children: string;
  /** run:<id>:gates:answers */
  readonly answers: string;
  /** run:<id>:log */
  readonly log: string;
  /** run:<id>:log:sums */
  readonly logSums: string;
  /** runs:wf:<workflow> */
  readonly runsWorkflow: string;
  /** runs:ended */
  readonly runsEnded: string;
  /** runs:unfiled */
  readonly runsUnfiled: string;
  /** runs:orphaning */
  readonly runsOrphaning: string;
  /** sinks */
  readonly sinks: string;
}

export interface TrimRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** entry of the run in lists */
  readonly row: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
  /** roots the workflow may keep */
  readonly countMax: ScriptValue;
  /** bytes their families may hold together */
  readonly bytesMax: ScriptValue;
  /** how long they are waited for */
  readonly sinkWaitMs: ScriptValue;
  /** names of sinks that must have its events */
  readonly sinks: readonly ScriptValue[];
}

/**
 * - removed: gone
 * - unarchived: gone, though a sink has not taken its events
 * - enough: the workflow keeps no more than it may
 * - held: a sink has yet to take its events
 * - open: it has been retried
 * - gone: it is not among those that are kept
 */
export type TrimRunTag = "removed" | "unarchived" | "enough" | "held" | "open" | "gone";

/**
 * Removes an ended root when its workflow keeps more than it may, and when every sink has its events. From this script
 * on nobody sees the run; its descendants follow in steps.
 */
export const trimRun: Script<TrimRunKeys, TrimRunValues, TrimRunTag> = {
  name: "trim_run",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "keptRoots", "keptFamilies", "keptBytes", "runsLabels", "runsLabelled", "run", "parts", "steps", "inbox", "dedupe", "history", "children", "answers", "log", "logSums", "runsWorkflow", "runsEnded", "runsUnfiled", "runsOrphaning", "sinks"],
  values: ["now", "row", "runId", "workflow", "countMax", "bytesMax", "sinkWaitMs", "sinks[]"],
  sha1: "378afe39715b152e23bfea1a7a63df1bf55fbf0f",
  source: `local K = {
  statusPending = KEYS[1],
  statusRunning = KEYS[2],
  statusWaiting = KEYS[3],
  statusCancelling = KEYS[4],
  statusCompleted = KEYS[5],
  statusFailed = KEYS[6],
  statusCancelled = KEYS[7],
  keptRoots = KEYS[8],
  keptFamilies = KEYS[9],
  keptBytes = KEYS[10],
  runsLabels = KEYS[11],
  runsLabelled = KEYS[12],
  run = KEYS[13],
  parts = KEYS[14],
  steps = KEYS[15],
  inbox = KEYS[16],
  dedupe = KEYS[17],
  history = KEYS[18],
  children = KEYS[19],
  answers = KEYS[20],
  log = KEYS[21],
  logSums = KEYS[22],
  runsWorkflow = KEYS[23],
  runsEnded = KEYS[24],
  runsUnfiled = KEYS[25],
  runsOrphaning = KEYS[26],
  sinks = KEYS[27],
}
local A = {
  now = ARGV[1],
  row = ARGV[2],
  runId = ARGV[3],
  workflow = ARGV[4],
  countMax = ARGV[5],
  bytesMax = ARGV[6],
  sinkWaitMs = ARGV[7],
}
local next_argument = 8
local function take_list()
  local list = {}
  local count = tonumber(ARGV[next_argument])
  for index = 1, count do list[index] = ARGV[next_argument + index] end
  next_argument = next_argument + count + 1
  return list
end
A.sinks = take_list()
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
local function kept_family(root_id)
  local text = redis.call('HGET', K.keptFamilies, root_id) or '0 0-0'
  local bytes, fed = string.match(text, '^(%d+) (%S+)$')
  return tonumber(bytes), fed
end
local function change_kept_bytes(workflow, bytes)
  redis.call('HINCRBY', K.keptBytes, workflow, string.format('%.0f', bytes))
end
local function stop_counting(row, root_id, workflow)
  if redis.call('ZREM', K.keptRoots, row) == 0 then
    return
  end
  change_kept_bytes(workflow, -kept_family(root_id))
  if redis.call('ZCARD', K.keptRoots) == 0 then
    redis.call('HDEL', K.keptBytes, workflow)
  end
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
local function erase_run()
  local entry = A.row .. ' ' .. A.workflow
  stop_counting(A.row, A.runId, A.workflow)
  redis.call('HDEL', K.keptFamilies, A.runId)
  redis.call(
    'UNLINK', K.run, K.parts, K.steps, K.inbox, K.dedupe, K.history, K.answers, K.log, K.logSums
  )
  redis.call('ZREM', K.runsWorkflow, A.row)
  take_label(A.row)
  redis.call('ZREM', K.statusCompleted, A.row)
  redis.call('ZREM', K.statusFailed, A.row)
  redis.call('ZREM', K.statusCancelled, A.row)
  redis.call('ZREM', K.runsEnded, entry)
  redis.call('ZREM', K.runsUnfiled, entry)
  if redis.call('EXISTS', K.children) == 1 then
    redis.call('ZADD', K.runsOrphaning, now, A.row)
  end
end
local function is_before(left, right)
  local left_ms, left_count = string.match(left, '^(%d+)-(%d+)$')
  local right_ms, right_count = string.match(right, '^(%d+)-(%d+)$')
  if left_ms ~= right_ms then
    return tonumber(left_ms) < tonumber(right_ms)
  end
  return tonumber(left_count) < tonumber(right_count)
end
local function every_sink_has(fed)
  for index = 1, #A.sinks do
    local stored = redis.call('HGET', K.sinks, A.sinks[index]) or '0 0-0 '
    if is_before(string.match(stored, '^%d+ (%S+) '), fed) then
      return false
    end
  end
  return true
end
local since = redis.call('ZSCORE', K.keptRoots, A.row)
if not since then
  return { 'gone' }
end
local held_bytes = tonumber(redis.call('HGET', K.keptBytes, A.workflow) or '0')
if redis.call('ZCARD', K.keptRoots) <= tonumber(A.countMax) and held_bytes <= tonumber(A.bytesMax) then
  return { 'enough' }
end
local status = redis.call('HGET', K.run, 'status')
if status and not has_ended(status) then
  stop_counting(A.row, A.runId, A.workflow)
  return { 'open' }
end
local _, fed = kept_family(A.runId)
local is_taken = every_sink_has(fed)
if not is_taken and tonumber(now) - tonumber(since) < tonumber(A.sinkWaitMs) then
  return { 'held' }
end
erase_run()
return { is_taken and 'removed' or 'unarchived' }`,
};
