// Generated from lua/create_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface CreateRunKeys {
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
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
  /** run:<id> */
  readonly run: string;
  /** run:<id>:state */
  readonly parts: string;
  /** run:<id>:inbox */
  readonly inbox: string;
  /** idem:<key>, or the run itself without a key */
  readonly idempotency: string;
  /** run:<parent>, or the run itself without a parent */
  readonly parentRun: string;
  /** run:<parent>:children, or the run's own */
  readonly parentChildren: string;
  /** schedule:<name>, or the run itself when none starts it */
  readonly schedule: string;
  /** runs:all */
  readonly runsAll: string;
  /** runs:wf:<workflow> */
  readonly runsWorkflow: string;
  /** runs:ended */
  readonly runsEnded: string;
  /** timers */
  readonly timers: string;
}

export interface CreateRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** every legal change as " from>to to", with a space at both ends of each */
  readonly transitions: ScriptValue;
  /** id of the entry that asked for this write, or empty */
  readonly confirms: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** hash of workflow and inputs */
  readonly digest: ScriptValue;
  /** JSON of what never changes */
  readonly info: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
  /** name as JSON */
  readonly pool: ScriptValue;
  /** text */
  readonly totals: ScriptValue;
  /** epoch ms */
  readonly createdAt: ScriptValue;
  /** entry of the run in lists */
  readonly row: ScriptValue;
  /** how long its first activation waits */
  readonly delayMs: ScriptValue;
  /** JSON */
  readonly startedEvent: ScriptValue;
  /** id of the outbox entry */
  readonly outboxId: ScriptValue;
  /** JSON */
  readonly outboxEntry: ScriptValue;
  /** how long the key is remembered, or empty without a key */
  readonly idempotencyMs: ScriptValue;
  /** id of the parent, or empty */
  readonly parentId: ScriptValue;
  /** id of the root */
  readonly rootId: ScriptValue;
  /** due time at which the schedule must stand, epoch ms, or empty */
  readonly dueAt: ScriptValue;
}

/**
 * - created: the run exists now
 * - exists: id; the same was created before. Status too when the id is the same and the run is there
 * - conflict: id; another workflow or other inputs were created before
 * - not_due: the schedule is paused, gone, or stands at another due time
 * - parent_gone: the parent has ended, or does not exist (any more), or the entry that asks for the run does not
 */
export type CreateRunTag = "created" | "exists" | "conflict" | "not_due" | "parent_gone";

/**
 * Creates a run once: record, first event, list entries, the outbox entry that puts it into its queue. A repeat with the
 * same id or idempotency key writes nothing and tells what is there. A child nobody waits for any more is not created.
 */
export const createRun: Script<CreateRunKeys, CreateRunValues, CreateRunTag> = {
  name: "create_run",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "outbox", "outboxEntries", "run", "parts", "inbox", "idempotency", "parentRun", "parentChildren", "schedule", "runsAll", "runsWorkflow", "runsEnded", "timers"],
  values: ["now", "transitions", "confirms", "runId", "digest", "info", "workflow", "pool", "totals", "createdAt", "row", "delayMs", "startedEvent", "outboxId", "outboxEntry", "idempotencyMs", "parentId", "rootId", "dueAt"],
  sha1: "5d1db421cc79cde59ac929fbe7d023eaea451bf7",
  source: `local K = {
  statusPending = KEYS[1],
  statusRunning = KEYS[2],
  statusWaiting = KEYS[3],
  statusCancelling = KEYS[4],
  statusCompleted = KEYS[5],
  statusFailed = KEYS[6],
  statusCancelled = KEYS[7],
  outbox = KEYS[8],
  outboxEntries = KEYS[9],
  run = KEYS[10],
  parts = KEYS[11],
  inbox = KEYS[12],
  idempotency = KEYS[13],
  parentRun = KEYS[14],
  parentChildren = KEYS[15],
  schedule = KEYS[16],
  runsAll = KEYS[17],
  runsWorkflow = KEYS[18],
  runsEnded = KEYS[19],
  timers = KEYS[20],
}
local A = {
  now = ARGV[1],
  transitions = ARGV[2],
  confirms = ARGV[3],
  runId = ARGV[4],
  digest = ARGV[5],
  info = ARGV[6],
  workflow = ARGV[7],
  pool = ARGV[8],
  totals = ARGV[9],
  createdAt = ARGV[10],
  row = ARGV[11],
  delayMs = ARGV[12],
  startedEvent = ARGV[13],
  outboxId = ARGV[14],
  outboxEntry = ARGV[15],
  idempotencyMs = ARGV[16],
  parentId = ARGV[17],
  rootId = ARGV[18],
  dueAt = ARGV[19],
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
local function add_to_outbox(id, entry)
  redis.call('ZADD', K.outbox, now, id)
  redis.call('HSET', K.outboxEntries, id, entry)
end
local function confirm()
  if A.confirms == '' then
    return true
  end
  redis.call('HDEL', K.outboxEntries, A.confirms)
  return redis.call('ZREM', K.outbox, A.confirms) == 1
end
local asked = confirm()
local present = redis.call('HMGET', K.run, 'digest', 'status')
if present[1] then
  if present[1] == A.digest then
    return { 'exists', A.runId, present[2] }
  end
  return { 'conflict', A.runId }
end
if not asked then
  return { 'parent_gone' }
end
if A.parentId ~= '' then
  local parent = redis.call('HMGET', K.parentRun, 'status', 'unowned')
  if not parent[1] or (has_ended(parent[1]) and not parent[2]) then
    return { 'parent_gone' }
  end
end
if A.dueAt ~= '' then
  local standing = redis.call('HMGET', K.schedule, 'due', 'pausedAt')
  if standing[1] ~= A.dueAt or standing[2] then
    return { 'not_due' }
  end
end
if A.idempotencyMs ~= '' then
  local used = redis.call('GET', K.idempotency)
  if used then
    local digest, used_id = string.match(used, '^(%S+) (.*)$')
    return { digest == A.digest and 'exists' or 'conflict', used_id }
  end
  redis.call('SET', K.idempotency, A.digest .. ' ' .. A.runId, 'PX', A.idempotencyMs)
end
redis.call(
  'HSET', K.run,
  'digest', A.digest, 'workflow', A.workflow, 'pool', A.pool, 'row', A.row,
  'status', 'pending', 'generation', '0', 'recoveries', '0', 'totals', A.totals,
  'createdAt', A.createdAt, 'inboxSeen', '0', 'revision', '0'
)
if tonumber(A.delayMs) > 0 then
  redis.call('HSET', K.run, 'readyAt', string.format('%.0f', tonumber(now) + tonumber(A.delayMs)))
end
redis.call('HSET', K.parts, 'info', A.info)
redis.call('ZREM', K.runsEnded, A.row .. ' ' .. A.workflow)
redis.call('RPUSH', K.inbox, A.startedEvent)
redis.call('ZADD', K.runsAll, '0', A.row)
redis.call('ZADD', K.runsWorkflow, '0', A.row)
redis.call('ZADD', K.statusPending, '0', A.row)
redis.call('ZADD', K.timers, string.format('%.0f', tonumber(now) + tonumber(A.delayMs)), A.runId)
add_to_outbox(A.outboxId, A.outboxEntry)
if A.parentId ~= '' then
  redis.call('HSET', K.run, 'root', A.rootId)
  redis.call('ZADD', K.parentChildren, '0', A.row)
end
return { 'created' }`,
};
