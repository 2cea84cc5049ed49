// Generated from lua/claim_overdue.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ClaimOverdueKeys {
  /** timers */
  readonly timers: string;
  /** run:<id> of each */
  readonly runs: readonly string[];
}

export interface ClaimOverdueValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** runs told at most */
  readonly limit: ScriptValue;
  /** when a run that is still there is told again */
  readonly againMs: ScriptValue;
  /** id of each */
  readonly ids: readonly ScriptValue[];
}

/**
 * - runs: ids
 */
export type ClaimOverdueTag = "runs";

/**
 * Of runs that are parked, those whose time has come: their jobs should have come with it. They join the ones that want to
 * be looked at, so that each is told once per interval. A parked run has no place in `timers` as long as its job can be
 * relied on, which is a place less for each.
 */
export const claimOverdue: Script<ClaimOverdueKeys, ClaimOverdueValues, ClaimOverdueTag> = {
  name: "claim_overdue",
  keys: ["timers", "runs[]"],
  values: ["now", "limit", "againMs", "ids[]"],
  sha1: "ffa561125f84fe0e9e329e59c640b1103f3f0257",
  source: `local KEYS = KEYS
local key_runs = { unpack(KEYS, 2) }
local ARGV = ARGV
local next_argument = 4
local function take_list()
  local first, count = next_argument + 1, tonumber(ARGV[next_argument])
  next_argument = first + count
  if count == 0 then return {} end
  if count <= 1000 then return { unpack(ARGV, first, next_argument - 1) } end
  local list = {}
  for index = 1, count do list[index] = ARGV[first + index - 1] end
  return list
end
local value_ids = take_list()
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local ids = {}
local again_at = string.format('%.0f', tonumber(now) + tonumber(ARGV[3]))
for index = 1, #key_runs do
  local stored = redis.call('HMGET', key_runs[index], 'status', 'owner', 'wakeAt')
  local is_parked = (stored[1] == 'waiting' or stored[1] == 'cancelling') and not stored[2]
  if is_parked and stored[3] and tonumber(stored[3]) <= tonumber(now) then
    if #ids < tonumber(ARGV[2]) and redis.call('ZADD', KEYS[1], 'NX', again_at, value_ids[index]) == 1 then
      ids[#ids + 1] = value_ids[index]
    end
  end
end
return { 'runs', ids }`,
};
