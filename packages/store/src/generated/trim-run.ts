// Generated from lua/trim_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface TrimRunKeys {
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
  keys: ["statusCompleted", "statusFailed", "statusCancelled", "keptRoots", "keptFamilies", "keptBytes", "runsWorkflow", "runsLabels", "runsLabelled", "run", "parts", "steps", "inbox", "dedupe", "history", "children", "answers", "log", "logSums", "runsEnded", "runsUnfiled", "runsOrphaning", "sinks"],
  values: ["now", "row", "runId", "workflow", "countMax", "bytesMax", "sinkWaitMs", "sinks[]"],
  sha1: "c2bdd6ad82e88384ca131fc7544c709835928e38",
  source: `local KEYS = KEYS
local ARGV = ARGV
local next_argument = 8
local function take_list()
  local first, count = next_argument + 1, tonumber(ARGV[next_argument])
  next_argument = first + count
  if count == 0 then return {} end
  if count <= 1000 then return { unpack(ARGV, first, next_argument - 1) } end
  local list = {}
  for index = 1, count do list[index] = ARGV[first + index - 1] end
  return list
end
local value_sinks = take_list()
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
local function is_before(left, right)
  local left_ms, left_count = string.match(left, '^(%d+)-(%d+)$')
  local right_ms, right_count = string.match(right, '^(%d+)-(%d+)$')
  if left_ms ~= right_ms then
    return tonumber(left_ms) < tonumber(right_ms)
  end
  return tonumber(left_count) < tonumber(right_count)
end
local function every_sink_has(fed)
  for index = 1, #value_sinks do
    local stored = redis.call('HGET', KEYS[23], value_sinks[index]) or '0 0-0 '
    if is_before(string.match(stored, '^%d+ (%S+) '), fed) then
      return false
    end
  end
  return true
end
local since = redis.call('ZSCORE', KEYS[4], ARGV[2])
if not since then
  return { 'gone' }
end
local held_bytes = tonumber(redis.call('HGET', KEYS[6], ARGV[4]) or '0')
if redis.call('ZCARD', KEYS[4]) <= tonumber(ARGV[5]) and held_bytes <= tonumber(ARGV[6]) then
  return { 'enough' }
end
local status = redis.call('HGET', KEYS[10], 'status')
if status and not has_ended(status) then
  stop_counting(ARGV[2], ARGV[3], ARGV[4])
  return { 'open' }
end
local _, fed = kept_family(ARGV[3])
local is_taken = every_sink_has(fed)
if not is_taken and tonumber(now) - tonumber(since) < tonumber(ARGV[7]) then
  return { 'held' }
end
erase_run()
return { is_taken and 'removed' or 'unarchived' }`,
};
