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
  sha1: "dbddcb480bd902e92fa1f5b61b8c8154386ef0bf",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local last = redis.call('HGET', KEYS[1], ARGV[2])
if (last or '') ~= ARGV[3] then
  return { 'overtaken', last or '' }
end
if not last and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then
  local before = string.format('%.0f', tonumber(now) - tonumber(ARGV[6]))
  local unused = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', before, 'LIMIT', '0', '20')
  if #unused == 0 then
    return { 'full' }
  end
  for index = 1, #unused do
    redis.call('ZREM', KEYS[2], unused[index])
    redis.call('HDEL', KEYS[1], unused[index])
  end
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
redis.call('ZADD', KEYS[2], now, ARGV[2])
return { 'kept' }`,
};
