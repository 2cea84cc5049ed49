// Generated from lua/claim_item.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ClaimItemKeys {
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
  /** run:<id> */
  readonly run: string;
}

export interface ClaimItemValues {
  /** name of the mark, one per foreach */
  readonly field: ScriptValue;
  /** who gets it */
  readonly claim: ScriptValue;
  /** claim that may be replaced, or empty */
  readonly instead: ScriptValue;
}

/**
 * - given: it is this one's, now or since before
 * - claimed: claim of somebody else
 * - gone: there is no such run, or it has not ended
 */
export type ClaimItemTag = "given" | "claimed" | "gone";

/**
 * Gives an ended run, as an item, to one run of a foreach. The mark lies in the run's own record and leaves with it.
 */
export const claimItem: Script<ClaimItemKeys, ClaimItemValues, ClaimItemTag> = {
  name: "claim_item",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "run"],
  values: ["field", "claim", "instead"],
  sha1: "5859d57ed817dc89a63d089a5d832f217c915013",
  source: `local K = {
  statusPending = KEYS[1],
  statusRunning = KEYS[2],
  statusWaiting = KEYS[3],
  statusCancelling = KEYS[4],
  statusCompleted = KEYS[5],
  statusFailed = KEYS[6],
  statusCancelled = KEYS[7],
  run = KEYS[8],
}
local A = {
  field = ARGV[1],
  claim = ARGV[2],
  instead = ARGV[3],
}
local status_rows = {
  pending = K.statusPending,
  running = K.statusRunning,
  waiting = K.statusWaiting,
  cancelling = K.statusCancelling,
  completed = K.statusCompleted,
  failed = K.statusFailed,
  cancelled = K.statusCancelled,
}
local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end
local followers = {
  pending = ' running cancelling cancelled failed ',
  running = ' waiting pending cancelling completed failed cancelled ',
  waiting = ' pending running cancelling cancelled failed ',
  cancelling = ' cancelled completed failed ',
  completed = ' ',
  failed = ' pending running ',
  cancelled = ' ',
}
local function may_become(from, to)
  return from == to or string.find(followers[from], ' ' .. to .. ' ', 1, true) ~= nil
end
local function open_status(stored, wanted)
  if stored == 'cancelling' then
    return stored
  end
  return wanted
end
local function set_status(run_key, row, from, to)
  if from == to then
    return
  end
  redis.call('HSET', run_key, 'status', to)
  redis.call('ZREM', status_rows[from], row)
  redis.call('ZADD', status_rows[to], '0', row)
end
local function illegal_status(from, to)
  return redis.error_reply('RUNFLEET a run that is ' .. from .. ' cannot become ' .. to)
end
local stored = redis.call('HMGET', K.run, 'status', A.field)
if not stored[1] or not has_ended(stored[1]) then
  return { 'gone' }
end
if stored[2] and stored[2] ~= A.claim and stored[2] ~= A.instead then
  return { 'claimed', stored[2] }
end
redis.call('HSET', K.run, A.field, A.claim)
return { 'given' }`,
};
