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
  sha1: "9f566d3f37f7441f1901eea1b7d60891e7303796",
  source: `local K = {
  sinks = KEYS[1],
}
local A = {
  now = ARGV[1],
  sink = ARGV[2],
  workerId = ARGV[3],
  ttlMs = ARGV[4],
  after = ARGV[5],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local stored = redis.call('HGET', K.sinks, A.sink) or '0 0-0 '
local until_time, place, holder = string.match(stored, '^(%d+) (%S+) (.*)$')
local is_own = holder == A.workerId
if not is_own and (A.after ~= '' or tonumber(until_time) > tonumber(now)) then
  return { 'busy' }
end
if A.after ~= '' then
  place = A.after
end
local claimed_until = string.format('%.0f', tonumber(now) + tonumber(A.ttlMs))
redis.call('HSET', K.sinks, A.sink, claimed_until .. ' ' .. place .. ' ' .. A.workerId)
return { 'held', place }`,
};
