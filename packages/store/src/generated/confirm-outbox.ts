// Generated from lua/confirm_outbox.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ConfirmOutboxKeys {
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
}

export interface ConfirmOutboxValues {
  /** id; at least one, and far fewer than the interpreter's stack has places */
  readonly ids: readonly ScriptValue[];
}

/**
 * - done: they are gone, or were before
 */
export type ConfirmOutboxTag = "done";

/**
 * Forgets outbox entries that were performed.
 */
export const confirmOutbox: Script<ConfirmOutboxKeys, ConfirmOutboxValues, ConfirmOutboxTag> = {
  name: "confirm_outbox",
  keys: ["outbox", "outboxEntries"],
  values: ["ids[]"],
  sha1: "ee6ea9c48bf5cbaffeb9c556660759ee42f9f557",
  source: `local KEYS = KEYS
local ARGV = ARGV
local next_argument = 1
local function take_list()
  local first, count = next_argument + 1, tonumber(ARGV[next_argument])
  next_argument = first + count
  if count == 0 then return {} end
  if count <= 1000 then return { unpack(ARGV, first, next_argument - 1) } end
  local list = {}
  for index = 1, count do list[index] = ARGV[first + index - 1] end
  return list
end
local value_ids = take_list()
redis.call('ZREM', KEYS[1], unpack(value_ids))
redis.call('HDEL', KEYS[2], unpack(value_ids))
return { 'done' }`,
};
