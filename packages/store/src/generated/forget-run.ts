// Generated from lua/forget_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ForgetRunKeys {
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
  /** run:<root>, or the run itself without a root */
  readonly rootRun: string;
}

export interface ForgetRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** how much longer than asked a child is kept, so that a sweeper can see in time that its root is there */
  readonly childGraceMs: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
  /** entry of the run in lists */
  readonly row: ScriptValue;
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
  keys: ["statusCompleted", "statusFailed", "statusCancelled", "run", "parts", "steps", "inbox", "dedupe", "history", "children", "answers", "log", "logSums", "keptRoots", "keptFamilies", "keptBytes", "runsWorkflow", "runsLabels", "runsLabelled", "runsEnded", "runsUnfiled", "runsOrphaning", "rootRun"],
  values: ["now", "childGraceMs", "workflow", "row", "isChild", "renewMs"],
  sha1: "cbdc65ef04e647a31facff818da78f1a843edae7",
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
local function has_more_keys()
  return redis.call('EXISTS', KEYS[10], KEYS[11], KEYS[7], KEYS[8], KEYS[12], KEYS[13]) > 0
end
local function keep_for(kept_ms, has_more)
  local kept = { KEYS[4], KEYS[5], KEYS[6], KEYS[9] }
  if has_more then
    redis.call('PEXPIRE', KEYS[10], string.format('%.0f', tonumber(kept_ms) + tonumber(ARGV[2])))
    kept = { KEYS[4], KEYS[5], KEYS[6], KEYS[9], KEYS[11], KEYS[7], KEYS[8], KEYS[12], KEYS[13] }
  end
  for index = 1, #kept do
    redis.call('PEXPIRE', kept[index], kept_ms)
  end
end
local function id_of_row(row)
  return string.sub(row, 17)
end
local function kept_families(rows)
  local ids, families = {}, {}
  for index = 1, #rows do
    ids[index] = id_of_row(rows[index])
  end
  local texts = redis.call('HMGET', KEYS[15], unpack(ids))
  for index = 1, #rows do
    local bytes, fed = string.match(texts[index] or '0 0-0', '^(%d+) (%S+)$')
    families[index] = { bytes = tonumber(bytes), fed = fed }
  end
  return families
end
local function change_kept_bytes(workflow, bytes)
  redis.call('HINCRBY', KEYS[16], workflow, string.format('%.0f', bytes))
end
local function stop_counting(rows, workflow)
  if redis.call('ZREM', KEYS[14], unpack(rows)) == 0 then
    return
  end
  local families, bytes = kept_families(rows), 0
  for index = 1, #rows do
    bytes = bytes + families[index].bytes
  end
  change_kept_bytes(workflow, -bytes)
  if redis.call('ZCARD', KEYS[14]) == 0 then
    redis.call('HDEL', KEYS[16], workflow)
  end
end
local leaf_rows = 64
local function leaf_of(row)
  return redis.call('ZREVRANGEBYLEX', KEYS[17], '[' .. row, '-', 'LIMIT', '0', '1')[1]
end
local function remove_workflow_rows(rows)
  local left = #rows
  local function empty_leaf_of(row)
    local first = leaf_of(row)
    if not first then
      return
    end
    local leaf = KEYS[17] .. ':' .. first
    left = left - redis.call('ZREM', leaf, unpack(rows))
    if redis.call('EXISTS', leaf) == 0 then
      redis.call('ZREM', KEYS[17], first)
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
  local labels = redis.call('HMGET', KEYS[19], unpack(rows))
  for index = 1, #rows do
    if labels[index] then
      redis.call('ZREM', KEYS[18], labels[index] .. '\\0' .. rows[index])
      redis.call('HDEL', KEYS[19], rows[index])
    end
  end
end
local function erase_runs(rows, keys, children)
  local entries, ids = {}, {}
  for index = 1, #rows do
    entries[index] = rows[index] .. ' ' .. ARGV[3]
    ids[index] = id_of_row(rows[index])
  end
  stop_counting(rows, ARGV[3])
  redis.call('HDEL', KEYS[15], unpack(ids))
  redis.call('UNLINK', unpack(keys))
  remove_workflow_rows(rows)
  take_labels(rows)
  redis.call('ZREM', KEYS[1], unpack(rows))
  redis.call('ZREM', KEYS[2], unpack(rows))
  redis.call('ZREM', KEYS[3], unpack(rows))
  redis.call('ZREM', KEYS[20], unpack(entries))
  redis.call('ZREM', KEYS[21], unpack(entries))
  if redis.call('EXISTS', unpack(children)) == 0 then
    return
  end
  for index = 1, #rows do
    if redis.call('EXISTS', children[index]) == 1 then
      redis.call('ZADD', KEYS[22], now, rows[index])
    end
  end
end
local function erase_run()
  erase_runs(
    { ARGV[4] },
    { KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[11], KEYS[12], KEYS[13] },
    { KEYS[10] }
  )
end
local status = redis.call('HGET', KEYS[4], 'status')
if status then
  if ARGV[5] == '' or not has_ended(status) then
    return { 'kept' }
  end
  local left_ms = redis.call('PTTL', KEYS[23])
  if left_ms ~= -2 then
    local kept_ms = left_ms < 0 and tonumber(ARGV[6]) or left_ms
    keep_for(string.format('%.0f', kept_ms + tonumber(ARGV[2])), has_more_keys())
    redis.call('ZADD', KEYS[20], string.format('%.0f', tonumber(now) + kept_ms), ARGV[4] .. ' ' .. ARGV[3])
    return { 'renewed' }
  end
end
erase_run()
return { 'forgotten' }`,
};
