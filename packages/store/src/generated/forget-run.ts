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
  keys: ["statusCompleted", "statusFailed", "statusCancelled", "run", "parts", "steps", "inbox", "dedupe", "history", "children", "answers", "log", "logSums", "keptRoots", "keptFamilies", "keptBytes", "runsWorkflow", "runsLabels", "runsLabelled", "runsEnded", "runsUnfiled", "runsOrphaning", "rootRun"],
  values: ["now", "childGraceMs", "row", "runId", "workflow", "isChild", "renewMs"],
  sha1: "4fc0ab218d972cde57c333ede037609259ec2146",
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
local function kept_family(root_id)
  local text = redis.call('HGET', KEYS[15], root_id) or '0 0-0'
  local bytes, fed = string.match(text, '^(%d+) (%S+)$')
  return tonumber(bytes), fed
end
local function change_kept_bytes(workflow, bytes)
  redis.call('HINCRBY', KEYS[16], workflow, string.format('%.0f', bytes))
end
local function stop_counting(row, root_id, workflow)
  if redis.call('ZREM', KEYS[14], row) == 0 then
    return
  end
  change_kept_bytes(workflow, -kept_family(root_id))
  if redis.call('ZCARD', KEYS[14]) == 0 then
    redis.call('HDEL', KEYS[16], workflow)
  end
end
local leaf_rows = 64
local function leaf_of(row)
  return redis.call('ZREVRANGEBYLEX', KEYS[17], '[' .. row, '-', 'LIMIT', '0', '1')[1]
end
local function remove_workflow_row(row)
  local first = leaf_of(row)
  if not first then
    return
  end
  local leaf = KEYS[17] .. ':' .. first
  redis.call('ZREM', leaf, row)
  if redis.call('EXISTS', leaf) == 0 then
    redis.call('ZREM', KEYS[17], first)
  end
end
local function take_label(row)
  local label = redis.call('HGET', KEYS[19], row)
  if label then
    redis.call('ZREM', KEYS[18], label .. '\\0' .. row)
    redis.call('HDEL', KEYS[19], row)
  end
end
local function erase_run()
  local entry = ARGV[3] .. ' ' .. ARGV[5]
  stop_counting(ARGV[3], ARGV[4], ARGV[5])
  redis.call('HDEL', KEYS[15], ARGV[4])
  redis.call(
    'UNLINK', KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[11], KEYS[12], KEYS[13]
  )
  remove_workflow_row(ARGV[3])
  take_label(ARGV[3])
  redis.call('ZREM', KEYS[1], ARGV[3])
  redis.call('ZREM', KEYS[2], ARGV[3])
  redis.call('ZREM', KEYS[3], ARGV[3])
  redis.call('ZREM', KEYS[20], entry)
  redis.call('ZREM', KEYS[21], entry)
  if redis.call('EXISTS', KEYS[10]) == 1 then
    redis.call('ZADD', KEYS[22], now, ARGV[3])
  end
end
local status = redis.call('HGET', KEYS[4], 'status')
if status then
  if ARGV[6] == '' or not has_ended(status) then
    return { 'kept' }
  end
  local left_ms = redis.call('PTTL', KEYS[23])
  if left_ms ~= -2 then
    local kept_ms = left_ms < 0 and tonumber(ARGV[7]) or left_ms
    keep_for(string.format('%.0f', kept_ms + tonumber(ARGV[2])), has_more_keys())
    redis.call('ZADD', KEYS[20], string.format('%.0f', tonumber(now) + kept_ms), ARGV[3] .. ' ' .. ARGV[5])
    return { 'renewed' }
  end
end
erase_run()
return { 'forgotten' }`,
};
