// Generated from lua/count_fleet.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface CountFleetKeys {
  /** runs:pending */
  readonly statusPending: string;
  /** runs:running */
  readonly statusRunning: string;
  /** runs:waiting */
  readonly statusWaiting: string;
  /** runs:cancelling */
  readonly statusCancelling: string;
  /** runs:completed */
  readonly statusCompleted: string;
  /** runs:failed */
  readonly statusFailed: string;
  /** runs:cancelled */
  readonly statusCancelled: string;
  /** leases */
  readonly leases: string;
  /** permits:waiting */
  readonly permitsWaiting: string;
  /** gates:open */
  readonly gatesOpen: string;
  /** outbox */
  readonly outbox: string;
  /** schedules:due */
  readonly schedulesDue: string;
  /** timers */
  readonly timers: string;
}

export interface CountFleetValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
}

/**
 * - counts: now; sizes of the lists but the last two, in the order of KEYS; first times of leases, gates, outbox, schedules, timers
 */
export type CountFleetTag = "counts";

/**
 * How much there is of everything, and how old the oldest of it. Looks at the ends of lists only.
 */
export const countFleet: Script<CountFleetKeys, CountFleetValues, CountFleetTag> = {
  name: "count_fleet",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "leases", "permitsWaiting", "gatesOpen", "outbox", "schedulesDue", "timers"],
  values: ["now"],
  sha1: "09ac05feaaf17428ad33b175bd9b9b16bf173f74",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local counted = {
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6],
  KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11],
}
local sizes = {}
for index = 1, #counted do
  sizes[index] = redis.call('ZCARD', counted[index])
end
local function first_score(key)
  local first = redis.call('ZRANGE', key, '0', '0', 'WITHSCORES')
  return first[2] and string.format('%.0f', tonumber(first[2])) or ''
end
local function first_time(key)
  local since = string.match(redis.call('ZRANGE', key, '0', '0')[1] or '', '^%d+')
  return since and string.format('%.0f', tonumber(since)) or ''
end
return {
  'counts', now, sizes,
  {
    first_score(KEYS[8]), first_time(KEYS[10]), first_score(KEYS[11]), first_score(KEYS[12]),
    first_score(KEYS[13]),
  },
}`,
};
