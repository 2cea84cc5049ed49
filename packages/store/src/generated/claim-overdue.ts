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
  sha1: "4f263d7dfa825a826718651a8e515da9ec19b493",
  source: `local K = {
  timers = KEYS[1],
}
K.runs = { unpack(KEYS, 2) }
local A = {
  now = ARGV[1],
  limit = ARGV[2],
  againMs = ARGV[3],
}
local next_argument = 4
local function take_list()
  local list = {}
  local count = tonumber(ARGV[next_argument])
  for index = 1, count do list[index] = ARGV[next_argument + index] end
  next_argument = next_argument + count + 1
  return list
end
A.ids = take_list()
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local ids = {}
local again_at = string.format('%.0f', tonumber(now) + tonumber(A.againMs))
for index = 1, #K.runs do
  local stored = redis.call('HMGET', K.runs[index], 'status', 'owner', 'wakeAt')
  local is_parked = (stored[1] == 'waiting' or stored[1] == 'cancelling') and not stored[2]
  if is_parked and stored[3] and tonumber(stored[3]) <= tonumber(now) then
    if #ids < tonumber(A.limit) and redis.call('ZADD', K.timers, 'NX', again_at, A.ids[index]) == 1 then
      ids[#ids + 1] = A.ids[index]
    end
  end
end
return { 'runs', ids }`,
};
