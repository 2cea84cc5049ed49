// Generated from lua/keep_scaling_turn.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface KeepScalingTurnKeys {
  /** scaling:turns */
  readonly scalingTurns: string;
  /** scaling:pools */
  readonly scalingPools: string;
}

export interface KeepScalingTurnValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** name */
  readonly pool: ScriptValue;
  /** the turn it went on from, or empty when there was none */
  readonly before: ScriptValue;
  /** text */
  readonly turn: ScriptValue;
  /** pools that are remembered */
  readonly poolsMax: ScriptValue;
  /** a pool that nobody asked about for so long makes room for others */
  readonly keptMs: ScriptValue;
}

/**
 * - kept: it is the last turn
 * - overtaken: the last turn, of somebody else
 * - full: so many pools are remembered, and all of them were asked about lately
 */
export type KeepScalingTurnTag = "kept" | "overtaken" | "full";

/**
 * Makes what somebody decided about a pool's size the last turn, if they went on from the turn that is the last one now.
 * So there is one row of turns for each pool, whoever asks.
 */
export const keepScalingTurn: Script<KeepScalingTurnKeys, KeepScalingTurnValues, KeepScalingTurnTag> = {
  name: "keep_scaling_turn",
  keys: ["scalingTurns", "scalingPools"],
  values: ["now", "pool", "before", "turn", "poolsMax", "keptMs"],
  sha1: "5063755e149b8ef681aa1dd3c474d591c2be5a5f",
  source: `local K = {
  scalingTurns = KEYS[1],
  scalingPools = KEYS[2],
}
local A = {
  now = ARGV[1],
  pool = ARGV[2],
  before = ARGV[3],
  turn = ARGV[4],
  poolsMax = ARGV[5],
  keptMs = ARGV[6],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local last = redis.call('HGET', K.scalingTurns, A.pool)
if (last or '') ~= A.before then
  return { 'overtaken', last or '' }
end
if not last and redis.call('HLEN', K.scalingTurns) >= tonumber(A.poolsMax) then
  local before = string.format('%.0f', tonumber(now) - tonumber(A.keptMs))
  local unused = redis.call('ZRANGEBYSCORE', K.scalingPools, '-inf', before, 'LIMIT', '0', '20')
  if #unused == 0 then
    return { 'full' }
  end
  for index = 1, #unused do
    redis.call('ZREM', K.scalingPools, unused[index])
    redis.call('HDEL', K.scalingTurns, unused[index])
  end
end
redis.call('HSET', K.scalingTurns, A.pool, A.turn)
redis.call('ZADD', K.scalingPools, now, A.pool)
return { 'kept' }`,
};
