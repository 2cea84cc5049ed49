// Generated from lua/claim_sink.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ClaimSinkKeys {
  /** sinks */
  readonly sinks: string;
}

export interface ClaimSinkValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** name */
  readonly sink: ScriptValue;
  /** who asks */
  readonly workerId: ScriptValue;
  /** how long it is claimed; 0 gives it back */
  readonly ttlMs: ScriptValue;
  /** new place, or empty */
  readonly after: ScriptValue;
}

/**
 * - held: place
 * - busy: another worker has it, or this one has it no longer
 */
export type ClaimSinkTag = "held" | "busy";

/**
 * A sink's place in the feed of the fleet, for one worker at a time: taken, renewed, moved, given back.
 */
export const claimSink: Script<ClaimSinkKeys, ClaimSinkValues, ClaimSinkTag> = {
  name: "claim_sink",
  keys: ["sinks"],
  values: ["now", "sink", "workerId", "ttlMs", "after"],
  sha1: "3a4e543f6d6153b6a6967218d3ff67d0de2dc27e",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local stored = redis.call('HGET', KEYS[1], ARGV[2]) or '0 0-0 '
local until_time, place, holder = string.match(stored, '^(%d+) (%S+) (.*)$')
local is_own = holder == ARGV[3]
if not is_own and (ARGV[5] ~= '' or tonumber(until_time) > tonumber(now)) then
  return { 'busy' }
end
if ARGV[5] ~= '' then
  place = ARGV[5]
end
local claimed_until = string.format('%.0f', tonumber(now) + tonumber(ARGV[4]))
redis.call('HSET', KEYS[1], ARGV[2], claimed_until .. ' ' .. place .. ' ' .. ARGV[3])
return { 'held', place }`,
};
