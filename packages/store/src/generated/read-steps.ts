// Generated from lua/read_steps.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ReadStepsKeys {
  /** run:<id> */
  readonly run: string;
  /** run:<id>:state */
  readonly parts: string;
  /** run:<id>:steps */
  readonly steps: string;
}

export interface ReadStepsValues {
  /** place of the first step, see step-place.ts */
  readonly from: ScriptValue;
  /** steps at most */
  readonly limit: ScriptValue;
  /** size after which the page ends */
  readonly bytesMax: ScriptValue;
}

/**
 * - page: text of each, place of the first one of the next page or empty
 */
export type ReadStepsTag = "page";

/**
 * A page of a run's steps in their order. Ends early when the page grows large, or when there is little in many places.
 */
export const readSteps: Script<ReadStepsKeys, ReadStepsValues, ReadStepsTag> = {
  name: "read_steps",
  keys: ["run", "parts", "steps"],
  values: ["from", "limit", "bytesMax"],
  sha1: "c2f8c559427136fcc982e59c5be8637e70b0f354",
  source: `local KEYS = KEYS
local ARGV = ARGV
local steps = {}
local size = 0
local looks_left = 1000 + 4 * tonumber(ARGV[2])
local first_ordinal = math.floor(tonumber(ARGV[1]) / 10000)
local first_attempt = math.max(1, tonumber(ARGV[1]) % 10000)
local steps_end = tonumber(redis.call('HGET', KEYS[1], 'stepsEnd') or '0')
for ordinal = first_ordinal, steps_end - 1 do
  local step = string.format('%.0f', ordinal)
  local newest = tonumber(redis.call('HGET', KEYS[3], step) or '1')
  for attempt = ordinal == first_ordinal and first_attempt or 1, newest do
    local name = step .. '#' .. string.format('%.0f', attempt)
    local text = redis.call('HGET', KEYS[3], name)
      or redis.call('HGET', KEYS[1], 's:' .. name) or redis.call('HGET', KEYS[2], 's:' .. name)
    looks_left = looks_left - 1
    if looks_left == 0 or (text and (#steps == tonumber(ARGV[2]) or size >= tonumber(ARGV[3]))) then
      return { 'page', steps, string.format('%.0f', ordinal * 10000 + attempt) }
    end
    if text then
      steps[#steps + 1] = text
      size = size + #text
    end
  end
end
return { 'page', steps, '' }`,
};
