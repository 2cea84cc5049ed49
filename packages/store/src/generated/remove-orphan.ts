// Generated from lua/remove_orphan.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface RemoveOrphanKeys {
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
  /** run:<parent>:children */
  readonly parentChildren: string;
}

export interface RemoveOrphanValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** entry of the run in lists */
  readonly row: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
  /** entry its parent had */
  readonly parentRow: ScriptValue;
}

/**
 * - removed: gone, or it was gone before
 * - open: it has not ended yet
 */
export type RemoveOrphanTag = "removed" | "open";

/**
 * Removes an ended child whose parent was removed, and the child from its parent's list. The last one ends that list.
 */
export const removeOrphan: Script<RemoveOrphanKeys, RemoveOrphanValues, RemoveOrphanTag> = {
  name: "remove_orphan",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "keptRoots", "keptFamilies", "keptBytes", "runsLabels", "runsLabelled", "run", "parts", "steps", "inbox", "dedupe", "history", "children", "answers", "log", "logSums", "runsWorkflow", "runsEnded", "runsUnfiled", "runsOrphaning", "parentChildren"],
  values: ["now", "row", "runId", "workflow", "parentRow"],
  sha1: "7b7f2d88585067b89ab7eba2d5ae141340e18afd",
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
  parentChildren = KEYS[27],
}
local A = {
  now = ARGV[1],
  row = ARGV[2],
  runId = ARGV[3],
  workflow = ARGV[4],
  parentRow = ARGV[5],
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
local status = redis.call('HGET', K.run, 'status')
if status and not has_ended(status) then
  return { 'open' }
end
if status then
  erase_run()
end
redis.call('ZREM', K.parentChildren, A.row)
if redis.call('EXISTS', K.parentChildren) == 0 then
  redis.call('ZREM', K.runsOrphaning, A.parentRow)
end
return { 'removed' }`,
};
