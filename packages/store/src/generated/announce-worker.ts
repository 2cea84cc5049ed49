// Generated from lua/announce_worker.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface AnnounceWorkerKeys {
  /** workers */
  readonly workers: string;
  /** workers:info */
  readonly workersInfo: string;
}

export interface AnnounceWorkerValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id */
  readonly worker: ScriptValue;
  /** JSON */
  readonly presence: ScriptValue;
  /** how long a silent worker is kept */
  readonly keptMs: ScriptValue;
}

/**
 * - announced: time of the store, epoch ms
 */
export type AnnounceWorkerTag = "announced";

/**
 * Keeps a worker in the list of those that are there, and drops a few that were not heard of for long.
 */
export const announceWorker: Script<AnnounceWorkerKeys, AnnounceWorkerValues, AnnounceWorkerTag> = {
  name: "announce_worker",
  keys: ["workers", "workersInfo"],
  values: ["now", "worker", "presence", "keptMs"],
  sha1: "4f061086be8c6f923eb7bf71e017b8c9ae556759",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
local before = string.format('%.0f', tonumber(now) - tonumber(ARGV[4]))
local silent = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', before, 'LIMIT', '0', '20')
for index = 1, #silent do
  redis.call('ZREM', KEYS[1], silent[index])
  redis.call('HDEL', KEYS[2], silent[index])
end
return { 'announced', now }`,
};
