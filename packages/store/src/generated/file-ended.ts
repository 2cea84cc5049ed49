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
  sha1: "fb3ec14f460344793ee3acc8e71dc806b31adf20",
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
local function id_of_row(row)
  return string.sub(row, 17)
end
local function kept_families(rows)
  local ids, families = {}, {}
  for index = 1, #rows do
    ids[index] = id_of_row(rows[index])
  end
  local texts = redis.call('HMGET', KEYS[1], unpack(ids))
  for index = 1, #rows do
    local bytes, fed = string.match(texts[index] or '0 0-0', '^(%d+) (%S+)$')
    families[index] = { bytes = tonumber(bytes), fed = fed }
  end
  return families
end
local function change_kept_bytes(workflow, bytes)
  redis.call('HINCRBY', KEYS[2], workflow, string.format('%.0f', bytes))
end
local keys_per_run, values_per_run = 10, 5
local function last_event_id()
  local newest = redis.call('XREVRANGE', KEYS[5], '+', '-', 'COUNT', '1')[1]
  if not newest then
    return '0-0'
  end
  local ms, count = string.match(newest[1], '^(%d+)-(%d+)$')
  local _, breaks = string.gsub(newest[2][#newest[2]], '\\n', '')
  return ms .. '-' .. string.format('%.0f', tonumber(count) * 1000 + breaks)
end
local filed, children = {}, {}
local function read_run(first, entry, is_unfiled, root)
  local stored = redis.call('HMGET', key_runs[first], 'status', 'keptBytes', 'root')
  if stored[3] and not root.is_other then
    children[#children + 1], children[#children + 2] = entry, stored[3]
  elseif is_unfiled or redis.call('ZSCORE', KEYS[3], entry) then
    filed[#filed + 1] = { first = first, entry = entry, status = stored[1], kept_bytes = stored[2], root = root }
  end
end
local function read_runs()
  local count = #value_entries / values_per_run
  local is_unfiled = {}
  local oldest = redis.call('ZRANGE', KEYS[3], '0', string.format('%.0f', count - 1))
  for index = 1, #oldest do
    is_unfiled[oldest[index]] = true
  end
  for index = 0, count - 1 do
    local place = index * values_per_run
    local entry = value_entries[place + 1]
    read_run(index * keys_per_run + 1, entry, is_unfiled[entry], {
      id = value_entries[place + 2], row = value_entries[place + 3], workflow = value_entries[place + 4],
      is_other = value_entries[place + 5] ~= '',
    })
  end
end
local function take_off()
  local entries, counted = {}, {}
  for index = 1, #filed do
    local run = filed[index]
    entries[index] = run.entry
    if run.status and has_ended(run.status) then
      if run.root.is_other and redis.call('EXISTS', key_runs[run.first + 8]) == 0 then
        redis.call('ZADD', KEYS[4], now, run.entry)
      else
        counted[#counted + 1] = run
      end
    end
  end
  redis.call('ZREM', KEYS[3], unpack(entries))
  return counted
end
local function have_more_keys(runs)
  local keys = {}
  for index = 1, #runs do
    for place = runs[index].first + 4, runs[index].first + 7 do
      keys[#keys + 1] = key_runs[place]
    end
  end
  return redis.call('EXISTS', unpack(keys)) > 0
end
local function run_bytes(run, keys_count)
  local bytes = 0
  for index = run.first, run.first + keys_count - 1 do
    local size = redis.pcall('MEMORY', 'USAGE', key_runs[index], 'SAMPLES', '5')
    if type(size) == 'table' then
      return tonumber(ARGV[2])
    end
    bytes = bytes + (size or 0)
  end
  return bytes
end
local function counted_bytes(run, grown, family, new_roots)
  local kept_roots, row = key_runs[run.first + 9], run.root.row
  if not run.root.is_other then
    if not run.kept_bytes then
      local rows = new_roots[kept_roots] or {}
      new_roots[kept_roots] = rows
      rows[#rows + 1], rows[#rows + 2] = now, row
      return family
    end
    if redis.call('ZADD', kept_roots, now, row) == 1 then
      return family
    end
  end
  return redis.call('ZSCORE', kept_roots, row) and grown or 0
end
local function count_runs(runs)
  local rows = {}
  for index = 1, #runs do
    rows[index] = runs[index].root.row
  end
  local stored, families, sums, new_roots = kept_families(rows), {}, {}, {}
  local keys_count = have_more_keys(runs) and 8 or 4
  for index = 1, #runs do
    local run, root = runs[index], runs[index].root
    local bytes = run_bytes(run, keys_count)
    local grown = bytes - tonumber(run.kept_bytes or '0')
    families[root.id] = (families[root.id] or stored[index].bytes) + grown
    if run.status == 'failed' then
      redis.call('HSET', key_runs[run.first], 'keptBytes', string.format('%.0f', bytes))
    end
    sums[root.workflow] = (sums[root.workflow] or 0) + counted_bytes(run, grown, families[root.id], new_roots)
  end
  local fed, texts, workflows = last_event_id(), {}, {}
  for id, bytes in pairs(families) do
    texts[#texts + 1], texts[#texts + 2] = id, string.format('%.0f', bytes) .. ' ' .. fed
  end
  redis.call('HSET', KEYS[1], unpack(texts))
  for key, members in pairs(new_roots) do
    redis.call('ZADD', key, unpack(members))
  end
  for workflow, bytes in pairs(sums) do
    if bytes ~= 0 then
      change_kept_bytes(workflow, bytes)
    end
    workflows[#workflows + 1] = workflow
  end
  return workflows
end
read_runs()
local counted = #filed > 0 and take_off() or {}
return { 'filed', #counted > 0 and count_runs(counted) or {}, children }`,
};
