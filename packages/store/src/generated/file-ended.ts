// Generated from lua/file_ended.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface FileEndedKeys {
  /** runs:kept:wf:<workflow of the root> */
  readonly keptRoots: string;
  /** runs:kept:families */
  readonly keptFamilies: string;
  /** runs:kept:bytes */
  readonly keptBytes: string;
  /** run:<id> */
  readonly run: string;
  /** run:<id>:state */
  readonly parts: string;
  /** run:<id>:steps */
  readonly steps: string;
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
  /** run:<root> */
  readonly rootRun: string;
  /** runs:unfiled */
  readonly runsUnfiled: string;
  /** runs:ended */
  readonly runsEnded: string;
  /** events */
  readonly fleetEvents: string;
}

export interface FileEndedValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** row and workflow of the run */
  readonly entry: ScriptValue;
  /** id of its root */
  readonly rootId: ScriptValue;
  /** row of its root */
  readonly rootRow: ScriptValue;
  /** 1, or empty for a root */
  readonly isChild: ScriptValue;
  /** name */
  readonly rootWorkflow: ScriptValue;
  /** what the run counts where the server cannot measure */
  readonly bytesUnmeasured: ScriptValue;
}

/**
 * - filed: counted
 * - gone: somebody else has filed it, it is open again, or it is not there any more
 */
export type FileEndedTag = "filed" | "gone";

/**
 * Files a run that has ended: what it holds is counted for the family of its root, and an ended root joins those that
 * its workflow keeps. A root that was retried and ended again is filed again, with what it holds now.
 */
export const fileEnded: Script<FileEndedKeys, FileEndedValues, FileEndedTag> = {
  name: "file_ended",
  keys: ["keptRoots", "keptFamilies", "keptBytes", "run", "parts", "steps", "history", "children", "answers", "log", "logSums", "rootRun", "runsUnfiled", "runsEnded", "fleetEvents"],
  values: ["now", "entry", "rootId", "rootRow", "isChild", "rootWorkflow", "bytesUnmeasured"],
  sha1: "f4edfb325de4134d0b35df3a49b6194c89fbc4af",
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
  local text = redis.call('HGET', KEYS[2], root_id) or '0 0-0'
  local bytes, fed = string.match(text, '^(%d+) (%S+)$')
  return tonumber(bytes), fed
end
local function change_kept_bytes(workflow, bytes)
  redis.call('HINCRBY', KEYS[3], workflow, string.format('%.0f', bytes))
end
local function run_bytes()
  local bytes, measured = 0, { KEYS[4], KEYS[5], KEYS[6], KEYS[7] }
  if redis.call('EXISTS', KEYS[8], KEYS[9], KEYS[10], KEYS[11]) > 0 then
    measured = { KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11] }
  end
  for _, key in ipairs(measured) do
    local size = redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', '5')
    if type(size) == 'table' then
      return tonumber(ARGV[7])
    end
    bytes = bytes + (size or 0)
  end
  return bytes
end
local function last_event_id(entry_id, fields)
  local ms, count = string.match(entry_id, '^(%d+)-(%d+)$')
  local _, breaks = string.gsub(fields[#fields], '\\n', '')
  return ms .. '-' .. string.format('%.0f', tonumber(count) * 1000 + breaks)
end
if redis.call('ZREM', KEYS[13], ARGV[2]) == 0 then
  return { 'gone' }
end
local stored = redis.call('HMGET', KEYS[4], 'status', 'keptBytes')
if not stored[1] or not has_ended(stored[1]) then
  return { 'gone' }
end
if ARGV[5] ~= '' and redis.call('EXISTS', KEYS[12]) == 0 then
  redis.call('ZADD', KEYS[14], now, ARGV[2])
  return { 'gone' }
end
local bytes = run_bytes()
local grown = bytes - tonumber(stored[2] or '0')
local family = kept_family(ARGV[3]) + grown
local newest = redis.call('XREVRANGE', KEYS[15], '+', '-', 'COUNT', '1')
local fed = newest[1] and last_event_id(newest[1][1], newest[1][2]) or '0-0'
redis.call('HSET', KEYS[4], 'keptBytes', string.format('%.0f', bytes))
redis.call('HSET', KEYS[2], ARGV[3], string.format('%.0f', family) .. ' ' .. fed)
if ARGV[5] == '' and redis.call('ZADD', KEYS[1], now, ARGV[4]) == 1 then
  change_kept_bytes(ARGV[6], family)
elseif redis.call('ZSCORE', KEYS[1], ARGV[4]) then
  change_kept_bytes(ARGV[6], grown)
end
return { 'filed' }`,
};
