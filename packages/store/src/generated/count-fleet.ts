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
}

export interface CountFleetValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
}

/**
 * - counts: now; sizes of the lists but the last, in the order of KEYS; first times of leases, gates, outbox, schedules
 */
export type CountFleetTag = "counts";

/**
 * How much there is of everything, and how old the oldest of it. Looks at the ends of lists only.
 */
export const countFleet: Script<CountFleetKeys, CountFleetValues, CountFleetTag> = {
  name: "count_fleet",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "leases", "permitsWaiting", "gatesOpen", "outbox", "schedulesDue"],
  values: ["now"],
  sha1: "cc1915155416878bf15e52ae05f8a456e2b1c6ae",
  source: `local K = {
  statusPending = KEYS[1],
  statusRunning = KEYS[2],
  statusWaiting = KEYS[3],
  statusCancelling = KEYS[4],
  statusCompleted = KEYS[5],
  statusFailed = KEYS[6],
  statusCancelled = KEYS[7],
  leases = KEYS[8],
  permitsWaiting = KEYS[9],
  gatesOpen = KEYS[10],
  outbox = KEYS[11],
  schedulesDue = KEYS[12],
}
local A = {
  now = ARGV[1],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local counted = {
  K.statusPending, K.statusRunning, K.statusWaiting, K.statusCancelling, K.statusCompleted, K.statusFailed,
  K.statusCancelled, K.leases, K.permitsWaiting, K.gatesOpen, K.outbox,
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
  { first_score(K.leases), first_time(K.gatesOpen), first_score(K.outbox), first_score(K.schedulesDue) },
}`,
};
