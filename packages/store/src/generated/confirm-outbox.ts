// Generated from lua/confirm_outbox.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ConfirmOutboxKeys {
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
}

export interface ConfirmOutboxValues {
  /** id */
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
  sha1: "541bf8e09fdca2576932724295082cefd16864d5",
  source: `local K = {
  outbox = KEYS[1],
  outboxEntries = KEYS[2],
}
local A = {
}
local next_argument = 1
local function take_list()
  local list = {}
  local count = tonumber(ARGV[next_argument])
  for index = 1, count do list[index] = ARGV[next_argument + index] end
  next_argument = next_argument + count + 1
  return list
end
A.ids = take_list()
for index = 1, #A.ids do
  redis.call('ZREM', K.outbox, A.ids[index])
  redis.call('HDEL', K.outboxEntries, A.ids[index])
end
return { 'done' }`,
};
