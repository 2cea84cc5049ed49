// Generated from lua/create_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface CreateRunKeys {
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
  /** run:<id> */
  readonly run: string;
  /** run:<id>:inbox */
  readonly inbox: string;
  /** idem:<key>, or the run itself without a key */
  readonly idempotency: string;
  /** run:<parent>, or the run itself without a parent */
  readonly parentRun: string;
  /** run:<parent>:children, or the run's own */
  readonly parentChildren: string;
  /** runs:all */
  readonly runsAll: string;
  /** runs:wf:<workflow> */
  readonly runsWorkflow: string;
  /** runs:pending */
  readonly statusPending: string;
  /** runs:ended */
  readonly runsEnded: string;
  /** timers */
  readonly timers: string;
}

export interface CreateRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
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
  /** JSON */
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
  /** run that the key was used for and that is known to be gone, or empty */
  readonly goneRunId: ScriptValue;
  /** id of the parent, or empty */
  readonly parentId: ScriptValue;
}

/**
 * - created: the run exists now
 * - exists: id; the same was created before. Status too when the id is the same
 * - conflict: id; another workflow or other inputs were created before
 */
export type CreateRunTag = "created" | "exists" | "conflict";

/**
 * Creates a run once: record, first event, list entries, the outbox entry that puts it into its queue. A repeat with the
 * same id or idempotency key writes nothing and tells what is there.
 */
export const createRun: Script<CreateRunKeys, CreateRunValues, CreateRunTag> = {
  name: "create_run",
  keys: ["outbox", "outboxEntries", "run", "inbox", "idempotency", "parentRun", "parentChildren", "runsAll", "runsWorkflow", "statusPending", "runsEnded", "timers"],
  values: ["now", "runId", "digest", "info", "workflow", "pool", "totals", "createdAt", "row", "delayMs", "startedEvent", "outboxId", "outboxEntry", "idempotencyMs", "goneRunId", "parentId"],
  sha1: "e597db28b42ee94942565fbf2fb2ba47bf9f6a87",
  source: `local K = {
  outbox = KEYS[1],
  outboxEntries = KEYS[2],
  run = KEYS[3],
  inbox = KEYS[4],
  idempotency = KEYS[5],
  parentRun = KEYS[6],
  parentChildren = KEYS[7],
  runsAll = KEYS[8],
  runsWorkflow = KEYS[9],
  statusPending = KEYS[10],
  runsEnded = KEYS[11],
  timers = KEYS[12],
}
local A = {
  now = ARGV[1],
  runId = ARGV[2],
  digest = ARGV[3],
  info = ARGV[4],
  workflow = ARGV[5],
  pool = ARGV[6],
  totals = ARGV[7],
  createdAt = ARGV[8],
  row = ARGV[9],
  delayMs = ARGV[10],
  startedEvent = ARGV[11],
  outboxId = ARGV[12],
  outboxEntry = ARGV[13],
  idempotencyMs = ARGV[14],
  goneRunId = ARGV[15],
  parentId = ARGV[16],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local function add_to_outbox(id, entry)
  redis.call('ZADD', K.outbox, now, id)
  redis.call('HSET', K.outboxEntries, id, entry)
end
local present = redis.call('HMGET', K.run, 'digest', 'status')
if present[1] then
  if present[1] == A.digest then
    return { 'exists', A.runId, present[2] }
  end
  return { 'conflict', A.runId }
end
if A.idempotencyMs ~= '' then
  local used = redis.call('GET', K.idempotency)
  if used then
    local digest, used_id = string.match(used, '^(%S+) (.*)$')
    if used_id ~= A.runId and used_id ~= A.goneRunId then
      return { digest == A.digest and 'exists' or 'conflict', used_id }
    end
  end
  redis.call('SET', K.idempotency, A.digest .. ' ' .. A.runId, 'PX', A.idempotencyMs)
end
redis.call('ZREM', K.runsEnded, A.row .. ' ' .. A.workflow)
redis.call(
  'HSET', K.run,
  'info', A.info, 'digest', A.digest, 'workflow', A.workflow, 'pool', A.pool, 'row', A.row,
  'status', 'pending', 'generation', '0', 'recoveries', '0', 'totals', A.totals,
  'createdAt', A.createdAt, 'inboxSeen', '0', 'revision', '0'
)
redis.call('RPUSH', K.inbox, A.startedEvent)
redis.call('ZADD', K.runsAll, '0', A.row)
redis.call('ZADD', K.runsWorkflow, '0', A.row)
redis.call('ZADD', K.statusPending, '0', A.row)
redis.call('ZADD', K.timers, string.format('%.0f', tonumber(now) + tonumber(A.delayMs)), A.runId)
add_to_outbox(A.outboxId, A.outboxEntry)
if A.parentId ~= '' and redis.call('EXISTS', K.parentRun) == 1 then
  redis.call('ZADD', K.parentChildren, '0', A.row)
  local parent_ttl = redis.call('PTTL', K.parentRun)
  if parent_ttl > 0 then
    redis.call('PEXPIRE', K.parentChildren, string.format('%.0f', parent_ttl))
  end
end
return { 'created' }`,
};
