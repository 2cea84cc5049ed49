// Generated from lua/publish_workflows.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface PublishWorkflowsKeys {
  /** layout */
  readonly layout: string;
  /** defs */
  readonly workflowNames: string;
  /** def:<hash>, defs:<name> */
  readonly targets: readonly string[];
}

export interface PublishWorkflowsValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** number of the layout that is written */
  readonly layoutVersion: ScriptValue;
  /** the oldest layout whose code may write beside it */
  readonly oldestWriter: ScriptValue;
  /** version of Runfleet */
  readonly writtenBy: ScriptValue;
  /** name, hash, JSON */
  readonly workflows: readonly ScriptValue[];
}

/**
 * - published: all of them
 */
export type PublishWorkflowsTag = "published";

/**
 * Publishes definitions together: a parent is never visible before its children. Snapshots are kept by content. Before
 * this nothing can be started, so it says the layout too.
 */
export const publishWorkflows: Script<PublishWorkflowsKeys, PublishWorkflowsValues, PublishWorkflowsTag> = {
  name: "publish_workflows",
  keys: ["layout", "workflowNames", "targets[]"],
  values: ["now", "layoutVersion", "oldestWriter", "writtenBy", "workflows[]"],
  sha1: "d60d978de1c475cdeaf6f7e4d3bf40ec8b75762a",
  source: `local KEYS = KEYS
local key_targets = { unpack(KEYS, 3) }
local ARGV = ARGV
local next_argument = 5
local function take_list()
  local first, count = next_argument + 1, tonumber(ARGV[next_argument])
  next_argument = first + count
  if count == 0 then return {} end
  if count <= 1000 then return { unpack(ARGV, first, next_argument - 1) } end
  local list = {}
  for index = 1, count do list[index] = ARGV[first + index - 1] end
  return list
end
local value_workflows = take_list()
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local function stamp_layout()
  local stored = redis.call('HGET', KEYS[1], 'version')
  if not stored or tonumber(stored) < tonumber(ARGV[2]) then
    redis.call(
      'HSET', KEYS[1], 'version', ARGV[2], 'oldestWriter', ARGV[3], 'writtenBy', ARGV[4]
    )
  end
end
for index = 1, #value_workflows / 3 do
  local name = value_workflows[index * 3 - 2]
  local hash = value_workflows[index * 3 - 1]
  redis.call('SET', key_targets[index * 2 - 1], value_workflows[index * 3])
  redis.call('HSET', key_targets[index * 2], 'hash', hash, 'publishedAt', now)
  redis.call('ZADD', KEYS[2], '0', name)
end
stamp_layout()
return { 'published' }`,
};
