// Generated from lua/claim_item.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ClaimItemKeys {
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
  keys: ["run"],
  values: ["field", "claim", "instead"],
  sha1: "f147a4f52483124e0e57e3921d8fc62c6d42fb97",
  source: `local KEYS = KEYS
local ARGV = ARGV
local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end
local stored = redis.call('HMGET', KEYS[1], 'status', ARGV[1])
if not stored[1] or not has_ended(stored[1]) then
  return { 'gone' }
end
if stored[2] and stored[2] ~= ARGV[2] and stored[2] ~= ARGV[3] then
  return { 'claimed', stored[2] }
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return { 'given' }`,
};
