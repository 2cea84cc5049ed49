// Generated from lua/file_ended.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface FileEndedKeys {
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
  /** run:<id> */
  readonly run: string;
  /** run:<id>:state */
  readonly parts: string;
  /** run:<id>:steps */
  readonly steps: string;
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
  /** run:<root> */
  readonly rootRun: string;
  /** runs:unfiled */
  readonly runsUnfiled: string;
  /** runs:ended */
  readonly runsEnded: string;
  /** events */
  readonly fleetEvents: string;
}

export interface FileEndedValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** row and workflow of the run */
  readonly entry: ScriptValue;
  /** id of its root */
  readonly rootId: ScriptValue;
  /** row of its root */
  readonly rootRow: ScriptValue;
  /** 1, or empty for a root */
  readonly isChild: ScriptValue;
  /** name */
  readonly rootWorkflow: ScriptValue;
  /** what the run counts where the server cannot measure */
  readonly bytesUnmeasured: ScriptValue;
}

/**
 * - filed: counted
 * - gone: somebody else has filed it, it is open again, or it is not there any more
 */
export type FileEndedTag = "filed" | "gone";

/**
 * Files a run that has ended: what it holds is counted for the family of its root, and an ended root joins those that
 * its workflow keeps. A root that was retried and ended again is filed again, with what it holds now.
 */
export const fileEnded: Script<FileEndedKeys, FileEndedValues, FileEndedTag> = {
  name: "file_ended",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "keptRoots", "keptFamilies", "keptBytes", "run", "parts", "steps", "history", "children", "answers", "log", "logSums", "rootRun", "runsUnfiled", "runsEnded", "fleetEvents"],
  values: ["now", "entry", "rootId", "rootRow", "isChild", "rootWorkflow", "bytesUnmeasured"],
  sha1: "28711bb264aa0c4367c1b57674a254cbe749b624",
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
  run = KEYS[11],
  parts = KEYS[12],
  steps = KEYS[13],
  history = KEYS[14],
  children = KEYS[15],
  answers = KEYS[16],
  log = KEYS[17],
  logSums = KEYS[18],
  rootRun = KEYS[19],
  runsUnfiled = KEYS[20],
  runsEnded = KEYS[21],
  fleetEvents = KEYS[22],
}
local A = {
  now = ARGV[1],
  entry = ARGV[2],
  rootId = ARGV[3],
  rootRow = ARGV[4],
  isChild = ARGV[5],
  rootWorkflow = ARGV[6],
  bytesUnmeasured = ARGV[7],
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
local function run_bytes()
  local bytes = 0
  for _, key in ipairs({ K.run, K.parts, K.steps, K.history, K.children, K.answers, K.log, K.logSums }) do
    local size = redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', '5')
    if type(size) == 'table' then
      return tonumber(A.bytesUnmeasured)
    end
    bytes = bytes + (size or 0)
  end
  return bytes
end
local function last_event_id(entry_id, fields)
  local ms, count = string.match(entry_id, '^(%d+)-(%d+)$')
  local _, breaks = string.gsub(fields[#fields], '\\n', '')
  return ms .. '-' .. string.format('%.0f', tonumber(count) * 1000 + breaks)
end
if redis.call('ZREM', K.runsUnfiled, A.entry) == 0 then
  return { 'gone' }
end
local stored = redis.call('HMGET', K.run, 'status', 'keptBytes')
if not stored[1] or not has_ended(stored[1]) then
  return { 'gone' }
end
if redis.call('EXISTS', K.rootRun) == 0 then
  redis.call('ZADD', K.runsEnded, now, A.entry)
  return { 'gone' }
end
local bytes = run_bytes()
local grown = bytes - tonumber(stored[2] or '0')
local family = kept_family(A.rootId) + grown
local newest = redis.call('XREVRANGE', K.fleetEvents, '+', '-', 'COUNT', '1')
local fed = newest[1] and last_event_id(newest[1][1], newest[1][2]) or '0-0'
redis.call('HSET', K.run, 'keptBytes', string.format('%.0f', bytes))
redis.call('HSET', K.keptFamilies, A.rootId, string.format('%.0f', family) .. ' ' .. fed)
if A.isChild == '' and redis.call('ZADD', K.keptRoots, now, A.rootRow) == 1 then
  change_kept_bytes(A.rootWorkflow, family)
elseif redis.call('ZSCORE', K.keptRoots, A.rootRow) then
  change_kept_bytes(A.rootWorkflow, grown)
end
return { 'filed' }`,
};
