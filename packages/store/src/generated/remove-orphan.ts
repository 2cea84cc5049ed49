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
  /** runs:ended */
  readonly runsEnded: string;
  /** runs:unfiled */
  readonly runsUnfiled: string;
  /** runs:orphaning */
  readonly runsOrphaning: string;
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
  /** run:<parent>:children */
  readonly parentChildren: string;
}

export interface RemoveOrphanValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
  /** entry of the run in lists */
  readonly row: ScriptValue;
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
  keys: ["statusCompleted", "statusFailed", "statusCancelled", "keptRoots", "keptFamilies", "keptBytes", "runsWorkflow", "runsLabels", "runsLabelled", "runsEnded", "runsUnfiled", "runsOrphaning", "run", "parts", "steps", "inbox", "dedupe", "history", "children", "answers", "log", "logSums", "parentChildren"],
  values: ["now", "workflow", "row", "parentRow"],
  sha1: "482c6ccda7a725252fc7398a2f81aa9522edb185",
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
local function id_of_row(row)
  return string.sub(row, 17)
end
local function kept_families(rows)
  local ids, families = {}, {}
  for index = 1, #rows do
    ids[index] = id_of_row(rows[index])
  end
  local texts = redis.call('HMGET', KEYS[5], unpack(ids))
  for index = 1, #rows do
    local bytes, fed = string.match(texts[index] or '0 0-0', '^(%d+) (%S+)$')
    families[index] = { bytes = tonumber(bytes), fed = fed }
  end
  return families
end
local function change_kept_bytes(workflow, bytes)
  redis.call('HINCRBY', KEYS[6], workflow, string.format('%.0f', bytes))
end
local function stop_counting(rows, workflow)
  if redis.call('ZREM', KEYS[4], unpack(rows)) == 0 then
    return
  end
  local families, bytes = kept_families(rows), 0
  for index = 1, #rows do
    bytes = bytes + families[index].bytes
  end
  change_kept_bytes(workflow, -bytes)
  if redis.call('ZCARD', KEYS[4]) == 0 then
    redis.call('HDEL', KEYS[6], workflow)
  end
end
local leaf_rows = 64
local function leaf_of(row)
  return redis.call('ZREVRANGEBYLEX', KEYS[7], '[' .. row, '-', 'LIMIT', '0', '1')[1]
end
local function remove_workflow_rows(rows)
  local left = #rows
  local function empty_leaf_of(row)
    local first = leaf_of(row)
    if not first then
      return
    end
    local leaf = KEYS[7] .. ':' .. first
    left = left - redis.call('ZREM', leaf, unpack(rows))
    if redis.call('EXISTS', leaf) == 0 then
      redis.call('ZREM', KEYS[7], first)
    end
  end
  empty_leaf_of(rows[1])
  for index = #rows, 2, -1 do
    if left == 0 then
      return
    end
    empty_leaf_of(rows[index])
  end
end
local function take_labels(rows)
  local labels = redis.call('HMGET', KEYS[9], unpack(rows))
  for index = 1, #rows do
    if labels[index] then
      redis.call('ZREM', KEYS[8], labels[index] .. '\\0' .. rows[index])
      redis.call('HDEL', KEYS[9], rows[index])
    end
  end
end
local function erase_runs(rows, keys, children)
  local entries, ids = {}, {}
  for index = 1, #rows do
    entries[index] = rows[index] .. ' ' .. ARGV[2]
    ids[index] = id_of_row(rows[index])
  end
  stop_counting(rows, ARGV[2])
  redis.call('HDEL', KEYS[5], unpack(ids))
  redis.call('UNLINK', unpack(keys))
  remove_workflow_rows(rows)
  take_labels(rows)
  redis.call('ZREM', KEYS[1], unpack(rows))
  redis.call('ZREM', KEYS[2], unpack(rows))
  redis.call('ZREM', KEYS[3], unpack(rows))
  redis.call('ZREM', KEYS[10], unpack(entries))
  redis.call('ZREM', KEYS[11], unpack(entries))
  if redis.call('EXISTS', unpack(children)) == 0 then
    return
  end
  for index = 1, #rows do
    if redis.call('EXISTS', children[index]) == 1 then
      redis.call('ZADD', KEYS[12], now, rows[index])
    end
  end
end
local function erase_run()
  erase_runs(
    { ARGV[3] },
    { KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17], KEYS[18], KEYS[20], KEYS[21], KEYS[22] },
    { KEYS[19] }
  )
end
local status = redis.call('HGET', KEYS[13], 'status')
if status and not has_ended(status) then
  return { 'open' }
end
if status then
  erase_run()
end
redis.call('ZREM', KEYS[23], ARGV[3])
if redis.call('EXISTS', KEYS[23]) == 0 then
  redis.call('ZREM', KEYS[12], ARGV[4])
end
return { 'removed' }`,
};
