// Generated from lua/trim_runs.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface TrimRunsKeys {
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
  /** sinks */
  readonly sinks: string;
  /** of each root its run:<id>, :state, :steps, :inbox, :inbox:ids, :events, :gates:answers, :log, :log:sums, :children */
  readonly runs: readonly string[];
}

export interface TrimRunsValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
  /** roots the workflow may keep */
  readonly countMax: ScriptValue;
  /** bytes their families may hold together */
  readonly bytesMax: ScriptValue;
  /** how long they are waited for */
  readonly sinkWaitMs: ScriptValue;
  /** entries of the roots in lists, the oldest that the caller has seen */
  readonly rows: readonly ScriptValue[];
  /** names of sinks that must have a root's events */
  readonly sinks: readonly ScriptValue[];
}

/**
 * - more: roots removed, rows of those among them that a sink had not taken
 * - enough: the same; the workflow keeps no more than it may
 * - held: the same; a sink has yet to take the events of the next one
 */
export type TrimRunsTag = "more" | "enough" | "held";

/**
 * Removes the oldest ended roots of a workflow that keeps more than it may, each when every sink has its events. From this
 * script on nobody sees them; their descendants follow in steps.
 */
export const trimRuns: Script<TrimRunsKeys, TrimRunsValues, TrimRunsTag> = {
  name: "trim_runs",
  keys: ["statusCompleted", "statusFailed", "statusCancelled", "keptRoots", "keptFamilies", "keptBytes", "runsWorkflow", "runsLabels", "runsLabelled", "runsEnded", "runsUnfiled", "runsOrphaning", "sinks", "runs[]"],
  values: ["now", "workflow", "countMax", "bytesMax", "sinkWaitMs", "rows[]", "sinks[]"],
  sha1: "79d8e2b76905d2ae247032c31586b5cc4f2f90dc",
  source: `local KEYS = KEYS
local key_runs = { unpack(KEYS, 14) }
local ARGV = ARGV
local next_argument = 6
local function take_list()
  local first, count = next_argument + 1, tonumber(ARGV[next_argument])
  next_argument = first + count
  if count == 0 then return {} end
  if count <= 1000 then return { unpack(ARGV, first, next_argument - 1) } end
  local list = {}
  for index = 1, count do list[index] = ARGV[first + index - 1] end
  return list
end
local value_rows = take_list()
local value_sinks = take_list()
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
local keys_per_run = 10
local function is_before(left, right)
  local left_ms, left_count = string.match(left, '^(%d+)-(%d+)$')
  local right_ms, right_count = string.match(right, '^(%d+)-(%d+)$')
  if left_ms ~= right_ms then
    return tonumber(left_ms) < tonumber(right_ms)
  end
  return tonumber(left_count) < tonumber(right_count)
end
local taken = {}
for index = 1, #value_sinks do
  taken[index] = string.match(redis.call('HGET', KEYS[13], value_sinks[index]) or '0 0-0 ', '^%d+ (%S+) ')
end
local function every_sink_has(fed)
  for index = 1, #taken do
    if is_before(taken[index], fed) then
      return false
    end
  end
  return true
end
local first_key = {}
for index = 1, #value_rows do
  first_key[value_rows[index]] = (index - 1) * keys_per_run + 1
end
local count = redis.call('ZCARD', KEYS[4])
local bytes = tonumber(redis.call('HGET', KEYS[6], ARGV[2]) or '0')
local with_times = redis.call('ZRANGE', KEYS[4], '0', string.format('%.0f', #value_rows - 1), 'WITHSCORES')
local oldest = {}
for index = 1, #with_times, 2 do
  oldest[#oldest + 1] = with_times[index]
end
local families = #oldest > 0 and kept_families(oldest)
local removed, unarchived, keys, children = {}, {}, {}, {}
local reply = 'more'
local function remove(row, first, is_taken)
  removed[#removed + 1] = row
  for index = first, first + keys_per_run - 2 do
    keys[#keys + 1] = key_runs[index]
  end
  children[#children + 1] = key_runs[first + keys_per_run - 1]
  if not is_taken then
    unarchived[#unarchived + 1] = row
  end
end
for index = 1, #oldest do
  local row, since, family = oldest[index], with_times[2 * index], families[index]
  local first = first_key[row]
  if not first then
    break
  end
  if count <= tonumber(ARGV[3]) and bytes <= tonumber(ARGV[4]) then
    reply = 'enough'
    break
  end
  local status = redis.call('HGET', key_runs[first], 'status')
  if status and not has_ended(status) then
    stop_counting({ row }, ARGV[2])
  else
    local is_taken = every_sink_has(family.fed)
    if not is_taken and tonumber(now) - tonumber(since) < tonumber(ARGV[5]) then
      reply = 'held'
      break
    end
    remove(row, first, is_taken)
  end
  count, bytes = count - 1, bytes - family.bytes
end
if #removed > 0 then
  erase_runs(removed, keys, children)
end
return { reply, string.format('%.0f', #removed), unarchived }`,
};
