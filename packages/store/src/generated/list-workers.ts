// Generated from lua/list_workers.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ListWorkersKeys {
  /** workers */
  readonly workers: string;
  /** workers:info */
  readonly workersInfo: string;
}

export interface ListWorkersValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** how long a silent worker is told */
  readonly keptMs: ScriptValue;
  /** workers at most */
  readonly limit: ScriptValue;
}

/**
 * - workers: last sign of life and presence as JSON of each, in turn
 */
export type ListWorkersTag = "workers";

/**
 * Workers that were heard of lately, longest silent first.
 */
export const listWorkers: Script<ListWorkersKeys, ListWorkersValues, ListWorkersTag> = {
  name: "list_workers",
  keys: ["workers", "workersInfo"],
  values: ["now", "keptMs", "limit"],
  sha1: "793aad0207997781dd322e893b6a07c06652335d",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local since = string.format('(%.0f', tonumber(now) - tonumber(ARGV[2]))
local rows = redis.call('ZRANGEBYSCORE', KEYS[1], since, '+inf', 'WITHSCORES', 'LIMIT', '0', ARGV[3])
local workers = {}
for index = 1, #rows, 2 do
  workers[index] = string.format('%.0f', tonumber(rows[index + 1]))
  workers[index + 1] = redis.call('HGET', KEYS[2], rows[index])
end
return { 'workers', workers }`,
};
