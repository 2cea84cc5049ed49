// Generated from lua/list_silent.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ListSilentKeys {
  /** leases */
  readonly leases: string;
}

export interface ListSilentValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** how long */
  readonly silentMs: ScriptValue;
  /** runs at most */
  readonly limit: ScriptValue;
}

/**
 * - runs: ids
 */
export type ListSilentTag = "runs";

/**
 * Runs whose owner has not been heard of for a while, most silent first.
 */
export const listSilent: Script<ListSilentKeys, ListSilentValues, ListSilentTag> = {
  name: "list_silent",
  keys: ["leases"],
  values: ["now", "silentMs", "limit"],
  sha1: "81464efb95be1536a49e3bf6556413904662f18f",
  source: `local K = {
  leases = KEYS[1],
}
local A = {
  now = ARGV[1],
  silentMs = ARGV[2],
  limit = ARGV[3],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local before = string.format('%.0f', tonumber(now) - tonumber(A.silentMs))
return { 'runs', redis.call('ZRANGEBYSCORE', K.leases, '-inf', before, 'LIMIT', '0', A.limit) }`,
};
