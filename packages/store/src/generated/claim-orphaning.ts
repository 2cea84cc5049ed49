// Generated from lua/claim_orphaning.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ClaimOrphaningKeys {
  /** runs:orphaning */
  readonly runsOrphaning: string;
}

export interface ClaimOrphaningValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** rows at most */
  readonly limit: ScriptValue;
  /** when a row that is still there is told again */
  readonly againMs: ScriptValue;
}

/**
 * - rows: entries the runs had in lists
 */
export type ClaimOrphaningTag = "rows";

/**
 * Removed runs whose children are still to be removed, longest waiting first. Each is told once per interval, so one
 * with a child that has not ended does not hide the ones behind it.
 */
export const claimOrphaning: Script<ClaimOrphaningKeys, ClaimOrphaningValues, ClaimOrphaningTag> = {
  name: "claim_orphaning",
  keys: ["runsOrphaning"],
  values: ["now", "limit", "againMs"],
  sha1: "88e51bda1b84f312fe1419add7192fef9bd821ce",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local rows = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', '0', ARGV[2])
local again_at = string.format('%.0f', tonumber(now) + tonumber(ARGV[3]))
for index = 1, #rows do
  redis.call('ZADD', KEYS[1], again_at, rows[index])
end
return { 'rows', rows }`,
};
