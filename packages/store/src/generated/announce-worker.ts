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
  sha1: "2e46a3bb2c1bedee2295462eb2aeca6b77e1d687",
  source: `local K = {
  workers = KEYS[1],
  workersInfo = KEYS[2],
}
local A = {
  now = ARGV[1],
  worker = ARGV[2],
  presence = ARGV[3],
  keptMs = ARGV[4],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
redis.call('ZADD', K.workers, now, A.worker)
redis.call('HSET', K.workersInfo, A.worker, A.presence)
local before = string.format('%.0f', tonumber(now) - tonumber(A.keptMs))
local silent = redis.call('ZRANGEBYSCORE', K.workers, '-inf', before, 'LIMIT', '0', '20')
for index = 1, #silent do
  redis.call('ZREM', K.workers, silent[index])
  redis.call('HDEL', K.workersInfo, silent[index])
end
return { 'announced', now }`,
};
