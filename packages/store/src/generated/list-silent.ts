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
  sha1: "925d6cd828cd9acf065ff667b3fefffa646e9b94",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local before = string.format('%.0f', tonumber(now) - tonumber(ARGV[2]))
return { 'runs', redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', before, 'LIMIT', '0', ARGV[3]) }`,
};
