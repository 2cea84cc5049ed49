// Generated from lua/file_ended.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface FileEndedKeys {
  /** runs:kept:families */
  readonly keptFamilies: string;
  /** runs:kept:bytes */
  readonly keptBytes: string;
  /** runs:unfiled */
  readonly runsUnfiled: string;
  /** runs:ended */
  readonly runsEnded: string;
  /** events */
  readonly fleetEvents: string;
  /** of each run its run:<id>, :state, :steps, :events, :children, :gates:answers, :log, :log:sums, the run:<id> of its root, runs:kept:wf:<workflow of the root> */
  readonly runs: readonly string[];
}

export interface FileEndedValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** what a run counts where the server cannot measure */
  readonly bytesUnmeasured: ScriptValue;
  /** of each run its row and workflow, id of its root, row of its root, workflow of its root, 1 for a child or empty */
  readonly entries: readonly ScriptValue[];
}

/**
 * - filed: workflows that something was counted for, children as entry and id of the root in turn
 */
export type FileEndedTag = "filed";

/**
 * Files runs that have ended: what a run holds is counted for the family of its root, and an ended root joins those that
 * its workflow keeps. A root that was retried and ended again is filed again, with what it holds now. The caller takes
 * each run for a root; one that is a child stays, and its root is told, so that it can be filed with that.
 */
export const fileEnded: Script<FileEndedKeys, FileEndedValues, FileEndedTag> = {
  name: "file_ended",
  keys: ["keptFamilies", "keptBytes", "runsUnfiled", "runsEnded", "fleetEvents", "runs[]"],
  values: ["now", "bytesUnmeasured", "entries[]"],
  sha1: "faf9d4cf6d4818ed0a49666e44bb030da3141ccd",
  source: `local KEYS = KEYS
local key_runs = { unpack(KEYS, 6) }
local ARGV = ARGV
local next_argument = 3
local function take_list()
  local first, count = next_argument + 1, tonumber(ARGV[next_argument])
  next_argument = first + count
  if count == 0 then return {} end
  if count <= 1000 then return { unpack(ARGV, first, next_argument - 1) } end
  local list = {}
  for index = 1, count do list[index] = ARGV[first + index - 1] end
  return list
end
local value_entries = take_list()
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end
local function kept_family(root_id)
  local text = redis.call('HGET', KEYS[1], root_id) or '0 0-0'
  local bytes, fed = string.match(text, '^(%d+) (%S+)$')
  return tonumber(bytes), fed
end
local function change_kept_bytes(workflow, bytes)
  redis.call('HINCRBY', KEYS[2], workflow, string.format('%.0f', bytes))
end
local keys_per_run, values_per_run = 10, 5
local function run_bytes(first)
  local bytes, last = 0, first + 3
  if redis.call('EXISTS', key_runs[first + 4], key_runs[first + 5], key_runs[first + 6], key_runs[first + 7]) > 0 then
    last = first + 7
  end
  for index = first, last do
    local size = redis.pcall('MEMORY', 'USAGE', key_runs[index], 'SAMPLES', '5')
    if type(size) == 'table' then
      return tonumber(ARGV[2])
    end
    bytes = bytes + (size or 0)
  end
  return bytes
end
local function last_event_id()
  local newest = redis.call('XREVRANGE', KEYS[5], '+', '-', 'COUNT', '1')[1]
  if not newest then
    return '0-0'
  end
  local ms, count = string.match(newest[1], '^(%d+)-(%d+)$')
  local _, breaks = string.gsub(newest[2][#newest[2]], '\\n', '')
  return ms .. '-' .. string.format('%.0f', tonumber(count) * 1000 + breaks)
end
local fed = last_event_id()
local workflows, children = {}, {}
local function file(first, entry, root_id, root_row, root_workflow, is_child)
  local stored = redis.call('HMGET', key_runs[first], 'status', 'keptBytes', 'root')
  if stored[3] and is_child == '' then
    children[#children + 1], children[#children + 2] = entry, stored[3]
    return
  end
  if redis.call('ZREM', KEYS[3], entry) == 0 or not stored[1] or not has_ended(stored[1]) then
    return
  end
  if is_child ~= '' and redis.call('EXISTS', key_runs[first + 8]) == 0 then
    redis.call('ZADD', KEYS[4], now, entry)
    return
  end
  local bytes = run_bytes(first)
  local grown = bytes - tonumber(stored[2] or '0')
  local family = kept_family(root_id) + grown
  redis.call('HSET', key_runs[first], 'keptBytes', string.format('%.0f', bytes))
  redis.call('HSET', KEYS[1], root_id, string.format('%.0f', family) .. ' ' .. fed)
  if is_child == '' and redis.call('ZADD', key_runs[first + 9], now, root_row) == 1 then
    change_kept_bytes(root_workflow, family)
  elseif redis.call('ZSCORE', key_runs[first + 9], root_row) then
    change_kept_bytes(root_workflow, grown)
  end
  workflows[#workflows + 1] = root_workflow
end
for index = 0, #value_entries / values_per_run - 1 do
  local first = index * values_per_run + 1
  file(index * keys_per_run + 1, unpack(value_entries, first, first + values_per_run - 1))
end
return { 'filed', workflows, children }`,
};
