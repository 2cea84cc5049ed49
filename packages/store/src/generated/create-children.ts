// Generated from lua/create_children.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface CreateChildrenKeys {
  /** runs:pending */
  readonly statusPending: string;
  /** runs:wf:<workflow> */
  readonly runsWorkflow: string;
  /** scaling:used */
  readonly poolsUsed: string;
  /** run:<parent> */
  readonly parentRun: string;
  /** run:<parent>:children */
  readonly parentChildren: string;
  /** runs:ended */
  readonly runsEnded: string;
  /** timers */
  readonly timers: string;
  /** limits:set */
  readonly limitsSet: string;
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
  /** run:<id>, run:<id>:state and run:<id>:inbox of each */
  readonly places: readonly string[];
}

export interface CreateChildrenValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** name as JSON, which has nothing but letters, digits and signs */
  readonly pool: ScriptValue;
  /** pools that are known to be used */
  readonly poolsMax: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
  /** hash of its definition */
  readonly definition: ScriptValue;
  /** id of the root */
  readonly rootId: ScriptValue;
  /** of each: id, digest, info, row, started event, entry that asks for it */
  readonly children: readonly ScriptValue[];
}

/**
 * - children: of each: created, exists, conflict or parent_gone; its status when it exists, else empty
 * - limited: something is set for the workflow that could make a run wait; nothing was done
 */
export type CreateChildrenTag = "children" | "limited";

/**
 * Creates children of one parent that run one workflow in one pool and ask for nothing that could make them wait: what
 * create_run does for each, with what they have in common looked at and written once. Each is created once, or its reply
 * says why not.
 */
export const createChildren: Script<CreateChildrenKeys, CreateChildrenValues, CreateChildrenTag> = {
  name: "create_children",
  keys: ["statusPending", "runsWorkflow", "poolsUsed", "parentRun", "parentChildren", "runsEnded", "timers", "limitsSet", "outbox", "outboxEntries", "places[]"],
  values: ["now", "pool", "poolsMax", "workflow", "definition", "rootId", "children[]"],
  sha1: "d914772c493bef3059ead496e0d8bf4177393fea",
  source: `local KEYS = KEYS
local key_places = { unpack(KEYS, 11) }
local ARGV = ARGV
local next_argument = 7
local function take_list()
  local first, count = next_argument + 1, tonumber(ARGV[next_argument])
  next_argument = first + count
  if count == 0 then return {} end
  if count <= 1000 then return { unpack(ARGV, first, next_argument - 1) } end
  local list = {}
  for index = 1, count do list[index] = ARGV[first + index - 1] end
  return list
end
local value_children = take_list()
local usual_pool = '"default"'
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end
local short_bytes = 64
local leaf_rows = 64
local function leaf_of(row)
  return redis.call('ZREVRANGEBYLEX', KEYS[2], '[' .. row, '-', 'LIMIT', '0', '1')[1]
end
local function add_workflow_row(row)
  local first = leaf_of(row)
  local leaf = first and KEYS[2] .. ':' .. first
  if not leaf or (redis.call('ZCARD', leaf) >= leaf_rows and redis.call('ZRANGE', leaf, '-1', '-1')[1] < row) then
    redis.call('ZADD', KEYS[2], '0', row)
    leaf = KEYS[2] .. ':' .. row
  end
  redis.call('ZADD', leaf, '0', row)
end
local function add_workflow_rows(rows)
  table.sort(rows)
  add_workflow_row(rows[1])
  local first = leaf_of(rows[1])
  if leaf_of(rows[#rows]) == first then
    local listed = {}
    for index = 1, #rows do
      listed[#listed + 1] = '0'
      listed[#listed + 1] = rows[index]
    end
    redis.call('ZADD', KEYS[2] .. ':' .. first, unpack(listed))
    return
  end
  for index = 2, #rows do
    add_workflow_row(rows[index])
  end
end
local function note_pool()
  if ARGV[2] ~= usual_pool then
    redis.call('ZADD', KEYS[3], now, string.sub(ARGV[2], 2, -2))
    redis.call('ZREMRANGEBYRANK', KEYS[3], '0', string.format('%.0f', -1 - tonumber(ARGV[3])))
  end
end
if redis.call('HEXISTS', KEYS[8], ARGV[4]) == 1 then
  return { 'limited' }
end
local values_each, names_each = 6, 3
local parent = redis.call('HMGET', KEYS[4], 'status', 'unowned')
local is_waited_for = parent[1] and (not has_ended(parent[1]) or parent[2])
local replies = {}
local confirmed, rows, ended_rows, listed, queued = {}, {}, {}, {}, {}
local function push(list, ...)
  for _, value in ipairs({ ... }) do
    list[#list + 1] = value
  end
end
local function write_run(first, at)
  local id, digest, info, row = value_children[first], value_children[first + 1], value_children[first + 2], value_children[first + 3]
  local record = {
    'digest', digest, 'workflow', ARGV[4], 'row', row, 'definition', ARGV[5], 'status', 'pending',
    'generation', '0', 'root', ARGV[6],
  }
  if ARGV[2] ~= usual_pool then
    push(record, 'pool', ARGV[2])
  end
  if #info > short_bytes then
    redis.call('HSET', key_places[at + 1], 'info', info)
  elseif info ~= '' then
    push(record, 'info', info)
  end
  redis.call('HSET', key_places[at], unpack(record))
  redis.call('RPUSH', key_places[at + 2], value_children[first + 4])
  rows[#rows + 1] = row
  push(ended_rows, row .. ' ' .. ARGV[4])
  push(listed, '0', row)
  push(queued, now, id)
end
for first = 1, #value_children, values_each do
  local at = (first - 1) / values_each * names_each + 1
  local asks = value_children[first + 5]
  local is_asked = redis.call('ZREM', KEYS[9], asks) == 1
  confirmed[#confirmed + 1] = asks
  local present = redis.call('HMGET', key_places[at], 'digest', 'status')
  if present[1] then
    push(replies, present[1] == value_children[first + 1] and 'exists' or 'conflict', present[2])
  elseif not is_asked or not is_waited_for then
    push(replies, 'parent_gone', '')
  else
    write_run(first, at)
    push(replies, 'created', '')
  end
end
redis.call('HDEL', KEYS[10], unpack(confirmed))
if #rows > 0 then
  redis.call('ZREM', KEYS[6], unpack(ended_rows))
  redis.call('ZADD', KEYS[1], unpack(listed))
  redis.call('ZADD', KEYS[5], unpack(listed))
  redis.call('ZADD', KEYS[7], unpack(queued))
  add_workflow_rows(rows)
  note_pool()
end
return { 'children', replies }`,
};
