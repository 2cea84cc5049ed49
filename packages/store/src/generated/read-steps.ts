// Generated from lua/read_steps.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ReadStepsKeys {
  /** run:<id>:steps */
  readonly steps: string;
  /** run:<id>:steps:order */
  readonly stepOrder: string;
}

export interface ReadStepsValues {
  /** steps to skip */
  readonly offset: ScriptValue;
  /** steps at most */
  readonly limit: ScriptValue;
  /** size after which the page ends */
  readonly bytesMax: ScriptValue;
}

/**
 * - page: JSON of each, offset of the next page or empty
 */
export type ReadStepsTag = "page";

/**
 * A page of a run's steps in their order. Ends early when the page grows large.
 */
export const readSteps: Script<ReadStepsKeys, ReadStepsValues, ReadStepsTag> = {
  name: "read_steps",
  keys: ["steps", "stepOrder"],
  values: ["offset", "limit", "bytesMax"],
  sha1: "a75e9e1e5a906f41e3b6c3a8e3a757e0a674d718",
  source: `local K = {
  steps = KEYS[1],
  stepOrder = KEYS[2],
}
local A = {
  offset = ARGV[1],
  limit = ARGV[2],
  bytesMax = ARGV[3],
}
local first = tonumber(A.offset)
local last = first + tonumber(A.limit) - 1
local fields = redis.call(
  'ZRANGE', K.stepOrder, string.format('%.0f', first), string.format('%.0f', last)
)
local steps = {}
local size = 0
for index = 1, #fields do
  steps[index] = redis.call('HGET', K.steps, fields[index])
  size = size + #steps[index]
  if size >= tonumber(A.bytesMax) then
    break
  end
end
local next_offset = first + #steps
if next_offset >= redis.call('ZCARD', K.stepOrder) then
  return { 'page', steps, '' }
end
return { 'page', steps, string.format('%.0f', next_offset) }`,
};
