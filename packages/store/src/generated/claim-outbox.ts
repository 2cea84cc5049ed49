// Generated from lua/claim_outbox.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ClaimOutboxKeys {
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
}

export interface ClaimOutboxValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** age */
  readonly olderThanMs: ScriptValue;
  /** entries at most */
  readonly limit: ScriptValue;
}

/**
 * - entries: JSON of each
 */
export type ClaimOutboxTag = "entries";

/**
 * Entries of the outbox that are older than an age, oldest first. Each that is told counts as written now: it is told
 * again when it has that age once more, so entries that cannot be performed do not hide the ones behind them.
 */
export const claimOutbox: Script<ClaimOutboxKeys, ClaimOutboxValues, ClaimOutboxTag> = {
  name: "claim_outbox",
  keys: ["outbox", "outboxEntries"],
  values: ["now", "olderThanMs", "limit"],
  sha1: "eea289b8811f60954b44faf8d90cdcbd34133220",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local before = string.format('%.0f', tonumber(now) - tonumber(ARGV[2]))
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', before, 'LIMIT', '0', ARGV[3])
local entries = {}
for index = 1, #ids do
  entries[index] = redis.call('HGET', KEYS[2], ids[index])
  redis.call('ZADD', KEYS[1], now, ids[index])
end
return { 'entries', entries }`,
};
