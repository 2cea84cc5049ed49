// Generated from lua/publish_workflows.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface PublishWorkflowsKeys {
  /** defs */
  readonly workflowNames: string;
  /** def:<hash>, defs:<name> */
  readonly targets: readonly string[];
}

export interface PublishWorkflowsValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** name, hash, JSON */
  readonly workflows: readonly ScriptValue[];
}

/**
 * - published: all of them
 */
export type PublishWorkflowsTag = "published";

/**
 * Publishes definitions together: a parent is never visible before its children. Snapshots are kept by content.
 */
export const publishWorkflows: Script<PublishWorkflowsKeys, PublishWorkflowsValues, PublishWorkflowsTag> = {
  name: "publish_workflows",
  keys: ["workflowNames", "targets[]"],
  values: ["now", "workflows[]"],
  sha1: "67545b952754d6e28ad6844bff8c666e9dc717ad",
  source: `local K = {
  workflowNames = KEYS[1],
}
K.targets = { unpack(KEYS, 2) }
local A = {
  now = ARGV[1],
}
local next_argument = 2
local function take_list()
  local list = {}
  local count = tonumber(ARGV[next_argument])
  for index = 1, count do list[index] = ARGV[next_argument + index] end
  next_argument = next_argument + count + 1
  return list
end
A.workflows = take_list()
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
for index = 1, #A.workflows / 3 do
  local name = A.workflows[index * 3 - 2]
  local hash = A.workflows[index * 3 - 1]
  redis.call('SET', K.targets[index * 2 - 1], A.workflows[index * 3])
  redis.call('HSET', K.targets[index * 2], 'hash', hash, 'publishedAt', now)
  redis.call('ZADD', K.workflowNames, '0', name)
end
return { 'published' }`,
};
