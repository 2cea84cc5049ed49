// Generated from lua/remove_orphan.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface RemoveOrphanKeys {
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
  /** runs:wf:<workflow> */
  readonly runsWorkflow: string;
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
  keys: ["statusCompleted", "statusFailed", "statusCancelled", "keptRoots", "keptFamilies", "keptBytes", "runsWorkflow", "runsLabels", "runsLabelled", "run", "parts", "steps", "inbox", "dedupe", "history", "children", "answers", "log", "logSums", "runsEnded", "runsUnfiled", "runsOrphaning", "parentChildren"],
  values: ["now", "row", "runId", "workflow", "parentRow"],
  sha1: "3782d4a9eba491490de6d0ece895f6e02e6fb734",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end
local function kept_family(root_id)
  local text = redis.call('HGET', KEYS[5], root_id) or '0 0-0'
  local bytes, fed = string.match(text, '^(%d+) (%S+)$')
  return tonumber(bytes), fed
end
local function change_kept_bytes(workflow, bytes)
  redis.call('HINCRBY', KEYS[6], workflow, string.format('%.0f', bytes))
end
local function stop_counting(row, root_id, workflow)
  if redis.call('ZREM', KEYS[4], row) == 0 then
    return
  end
  change_kept_bytes(workflow, -kept_family(root_id))
  if redis.call('ZCARD', KEYS[4]) == 0 then
    redis.call('HDEL', KEYS[6], workflow)
  end
end
local leaf_rows = 64
local function leaf_of(row)
  return redis.call('ZREVRANGEBYLEX', KEYS[7], '[' .. row, '-', 'LIMIT', '0', '1')[1]
end
local function remove_workflow_row(row)
  local first = leaf_of(row)
  if not first then
    return
  end
  local leaf = KEYS[7] .. ':' .. first
  redis.call('ZREM', leaf, row)
  if redis.call('EXISTS', leaf) == 0 then
    redis.call('ZREM', KEYS[7], first)
  end
end
local function take_label(row)
  local label = redis.call('HGET', KEYS[9], row)
  if label then
    redis.call('ZREM', KEYS[8], label .. '\\0' .. row)
    redis.call('HDEL', KEYS[9], row)
  end
end
local function erase_run()
  local entry = ARGV[2] .. ' ' .. ARGV[4]
  stop_counting(ARGV[2], ARGV[3], ARGV[4])
  redis.call('HDEL', KEYS[5], ARGV[3])
  redis.call(
    'UNLINK', KEYS[10], KEYS[11], KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[17], KEYS[18], KEYS[19]
  )
  remove_workflow_row(ARGV[2])
  take_label(ARGV[2])
  redis.call('ZREM', KEYS[1], ARGV[2])
  redis.call('ZREM', KEYS[2], ARGV[2])
  redis.call('ZREM', KEYS[3], ARGV[2])
  redis.call('ZREM', KEYS[20], entry)
  redis.call('ZREM', KEYS[21], entry)
  if redis.call('EXISTS', KEYS[16]) == 1 then
    redis.call('ZADD', KEYS[22], now, ARGV[2])
  end
end
local status = redis.call('HGET', KEYS[10], 'status')
if status and not has_ended(status) then
  return { 'open' }
end
if status then
  erase_run()
end
redis.call('ZREM', KEYS[23], ARGV[2])
if redis.call('EXISTS', KEYS[23]) == 0 then
  redis.call('ZREM', KEYS[22], ARGV[5])
end
return { 'removed' }`,
};
