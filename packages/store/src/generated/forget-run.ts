// Generated from lua/forget_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ForgetRunKeys {
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
  /** runs:wf:<workflow> */
  readonly runsWorkflow: string;
  /** runs:ended */
  readonly runsEnded: string;
  /** runs:unfiled */
  readonly runsUnfiled: string;
  /** runs:orphaning */
  readonly runsOrphaning: string;
  /** run:<root>, or the run itself without a root */
  readonly rootRun: string;
}

export interface ForgetRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** how much longer than asked a child is kept, so that a sweeper can see in time that its root is there */
  readonly childGraceMs: ScriptValue;
  /** entry of the run in lists */
  readonly row: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
  /** 1, or empty for a root */
  readonly isChild: ScriptValue;
  /** how long a child is kept further while its root is open */
  readonly renewMs: ScriptValue;
}

/**
 * - forgotten: nothing has it
 * - renewed: its root is still there
 * - kept: the run is open, or its time is not over
 */
export type ForgetRunTag = "forgotten" | "renewed" | "kept";

/**
 * Takes a run whose time is over out of Redis and out of the lists. Redis deletes the keys of a root by itself; a child
 * is kept for as long as its root, so its time begins anew while that is there. A run that is open again stays.
 */
export const forgetRun: Script<ForgetRunKeys, ForgetRunValues, ForgetRunTag> = {
  name: "forget_run",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "run", "parts", "steps", "inbox", "dedupe", "history", "children", "answers", "log", "logSums", "keptRoots", "keptFamilies", "keptBytes", "runsLabels", "runsLabelled", "runsWorkflow", "runsEnded", "runsUnfiled", "runsOrphaning", "rootRun"],
  values: ["now", "childGraceMs", "row", "runId", "workflow", "isChild", "renewMs"],
  sha1: "9cdc47cd9b212e25f365b15dbcdde845a7dd0103",
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
  steps = KEYS[10],
  inbox = KEYS[11],
  dedupe = KEYS[12],
  history = KEYS[13],
  children = KEYS[14],
  answers = KEYS[15],
  log = KEYS[16],
  logSums = KEYS[17],
  keptRoots = KEYS[18],
  keptFamilies = KEYS[19],
  keptBytes = KEYS[20],
  runsLabels = KEYS[21],
  runsLabelled = KEYS[22],
  runsWorkflow = KEYS[23],
  runsEnded = KEYS[24],
  runsUnfiled = KEYS[25],
  runsOrphaning = KEYS[26],
  rootRun = KEYS[27],
}
local A = {
  now = ARGV[1],
  childGraceMs = ARGV[2],
  row = ARGV[3],
  runId = ARGV[4],
  workflow = ARGV[5],
  isChild = ARGV[6],
  renewMs = ARGV[7],
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
local function keep_for(kept_ms)
  redis.call('PEXPIRE', K.children, string.format('%.0f', tonumber(kept_ms) + tonumber(A.childGraceMs)))
  local kept = { K.run, K.parts, K.steps, K.history, K.answers, K.inbox, K.dedupe, K.log, K.logSums }
  for index = 1, #kept do
    redis.call('PEXPIRE', kept[index], kept_ms)
  end
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
if status then
  if A.isChild == '' or not has_ended(status) then
    return { 'kept' }
  end
  local left_ms = redis.call('PTTL', K.rootRun)
  if left_ms ~= -2 then
    local kept_ms = left_ms < 0 and tonumber(A.renewMs) or left_ms
    keep_for(string.format('%.0f', kept_ms + tonumber(A.childGraceMs)))
    redis.call('ZADD', K.runsEnded, string.format('%.0f', tonumber(now) + kept_ms), A.row .. ' ' .. A.workflow)
    return { 'renewed' }
  end
end
erase_run()
return { 'forgotten' }`,
};
