// Generated from lua/create_run.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface CreateRunKeys {
  /** runs:pending */
  readonly statusPending: string;
  /** run:<id> */
  readonly run: string;
  /** run:<id>:state */
  readonly parts: string;
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
  /** timers */
  readonly timers: string;
  /** permits:held */
  readonly permitsHeld: string;
  /** permits:waiting */
  readonly permitsWaiting: string;
  /** permits:waiters */
  readonly permitsWaiters: string;
  /** limits:declared */
  readonly limitsDeclared: string;
  /** limits:set */
  readonly limitsSet: string;
  /** limits:rates */
  readonly limitsRates: string;
  /** runs:wf:<workflow> */
  readonly runsWorkflow: string;
  /** scaling:used */
  readonly poolsUsed: string;
  /** runs:labels */
  readonly runsLabels: string;
  /** runs:labelled */
  readonly runsLabelled: string;
  /** run:<id>:inbox */
  readonly inbox: string;
  /** idem:<key>, or the run itself without a key */
  readonly idempotency: string;
  /** run:<parent>, or the run itself without a parent */
  readonly parentRun: string;
  /** run:<parent>:children, or the run's own */
  readonly parentChildren: string;
  /** schedule:<name>, or the run itself when none starts it */
  readonly schedule: string;
  /** defs:<workflow> */
  readonly published: string;
  /** runs:ended */
  readonly runsEnded: string;
}

export interface CreateRunValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id of the entry that asked for this write, or empty */
  readonly confirms: ScriptValue;
  /** scope of the run's rate */
  readonly rateScope: ScriptValue;
  /** time between two starts, or empty without a rate */
  readonly rateEveryMs: ScriptValue;
  /** starts that may come at once */
  readonly rateBurst: ScriptValue;
  /** name as JSON, which has nothing but letters, digits and signs */
  readonly pool: ScriptValue;
  /** pools that are known to be used */
  readonly poolsMax: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** hash of workflow and inputs */
  readonly digest: ScriptValue;
  /** hash of its definition */
  readonly definition: ScriptValue;
  /** hash that must be the newest published one of the workflow, or empty */
  readonly newest: ScriptValue;
  /** 1 when the job of the run is sent together with this, or empty. Its id was never used before */
  readonly withJob: ScriptValue;
  /** JSON of what never changes, or empty */
  readonly info: ScriptValue;
  /** name */
  readonly workflow: ScriptValue;
  /** entry of the run in lists */
  readonly row: ScriptValue;
  /** by which a root is found, or empty */
  readonly label: ScriptValue;
  /** how long its first activation waits */
  readonly delayMs: ScriptValue;
  /** JSON */
  readonly startedEvent: ScriptValue;
  /** scope of the run's key, permits of that, permits of its workflow ("-" = none), priority; or empty */
  readonly permits: ScriptValue;
  /** the longest delay */
  readonly delayMsMax: ScriptValue;
  /** how long the key is remembered, or empty without a key */
  readonly idempotencyMs: ScriptValue;
  /** id of the parent, or empty */
  readonly parentId: ScriptValue;
  /** id of the root */
  readonly rootId: ScriptValue;
  /** due time at which the schedule must stand, epoch ms, or empty */
  readonly dueAt: ScriptValue;
}

/**
 * - created: 1 when it is to be queued, empty while it waits in line; how long its first activation waits; runs that it let in
 * - stale: another definition of the workflow is the newest
 * - limited: something is set for the workflow that could make a run wait that comes with its job
 * - rate_full: starts of this rate are taken up to the longest delay
 * - exists: id; the same was created before. Status too when the id is the same and the run is there
 * - conflict: id; another workflow or other inputs were created before
 * - not_due: the schedule is paused, gone, or stands at another due time
 * - parent_gone: the parent has ended, or does not exist (any more), or the entry that asks for the run does not
 */
export type CreateRunTag = "created" | "stale" | "limited" | "rate_full" | "exists" | "conflict" | "not_due" | "parent_gone";

/**
 * Creates a run once: record, first event, list entries, and its place in `timers`, by which a sweeper finds it when whoever
 * creates it dies before its job is there. A repeat with the same id or idempotency key writes nothing and tells what is
 * there. A child nobody waits for any more is not created.
 * A run that must wait for a permit is in line and in no queue; one that comes too soon for its rate is delayed.
 */
export const createRun: Script<CreateRunKeys, CreateRunValues, CreateRunTag> = {
  name: "create_run",
  keys: ["statusPending", "run", "parts", "outbox", "outboxEntries", "timers", "permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet", "limitsRates", "runsWorkflow", "poolsUsed", "runsLabels", "runsLabelled", "inbox", "idempotency", "parentRun", "parentChildren", "schedule", "published", "runsEnded"],
  values: ["now", "confirms", "rateScope", "rateEveryMs", "rateBurst", "pool", "poolsMax", "runId", "digest", "definition", "newest", "withJob", "info", "workflow", "row", "label", "delayMs", "startedEvent", "permits", "delayMsMax", "idempotencyMs", "parentId", "rootId", "dueAt"],
  sha1: "bd6269c3186621e96dba3e044c017796c93b1336",
  source: `local KEYS = KEYS
local ARGV = ARGV
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
local fields_beside_max = 32
local function may_lie_with_run(name)
  local first, second = string.byte(name, 1, 2)
  if second == 58 then
    return first ~= 105
  end
  return name == 'core' or name == 'blockedOn' or name == 'info' or name == 'summary' or name == 'error'
end
local function call_in_chunks(command, key, values)
  for first = 1, #values, 1000 do
    redis.call(command, key, unpack(values, first, math.min(first + 999, #values)))
  end
end
local function write_parts(set, removed, fields, dropped)
  local room = fields_beside_max - redis.call('HLEN', KEYS[2])
  local far, left_run, left_parts = {}, dropped or {}, {}
  for index = 1, #set, 2 do
    local name, text = set[index], set[index + 1]
    if room > 0 and #text <= short_bytes and may_lie_with_run(name) then
      fields[#fields + 1], fields[#fields + 2] = name, text
      left_parts[#left_parts + 1] = name
      room = room - 1
    else
      far[#far + 1], far[#far + 2] = name, text
      left_run[#left_run + 1] = name
    end
  end
  for index = 1, #removed do
    left_run[#left_run + 1], left_parts[#left_parts + 1] = removed[index], removed[index]
  end
  call_in_chunks('HSET', KEYS[2], fields)
  call_in_chunks('HDEL', KEYS[2], left_run)
  call_in_chunks('HSET', KEYS[3], far)
  call_in_chunks('HDEL', KEYS[3], left_parts)
end
local function confirm()
  if ARGV[2] == '' then
    return true
  end
  redis.call('HDEL', KEYS[5], ARGV[2])
  return redis.call('ZREM', KEYS[4], ARGV[2]) == 1
end
local function add_to_outbox(id, entry)
  redis.call('ZADD', KEYS[4], now, id)
  redis.call('HSET', KEYS[5], id, entry)
end
local let_in_max = 20
local time_of_asking = string.format('%015.0f', tonumber(now))
local granted = {}
local function count_held(scope)
  return redis.call('ZLEXCOUNT', KEYS[7], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function count_waiting(scope)
  return redis.call('ZLEXCOUNT', KEYS[8], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function set_limit_of(scope)
  local workflow, key = string.match(scope, '^([^/]*)(.*)$')
  local total, per_key = string.match(redis.call('HGET', KEYS[11], workflow) or '- -', '^(%S+) (%S+)')
  return tonumber(key == '' and total or per_key)
end
local function limit_of(scope)
  return set_limit_of(scope) or tonumber(redis.call('HGET', KEYS[10], scope))
end
local function limit_for(scope, asker)
  if asker.total == '-' and not string.find(scope, '/', 1, true) then
    return set_limit_of(scope)
  end
  return limit_of(scope)
end
local function enter(scope, asker)
  if redis.call('ZSCORE', KEYS[7], scope .. ' ' .. asker.id) then
    return true
  end
  local limit = limit_for(scope, asker)
  if not limit then
    return true
  end
  local has_begun = string.sub(asker.order, 1, 1) == '0'
  if count_held(scope) < limit and (has_begun or count_waiting(scope) == 0) then
    redis.call('ZADD', KEYS[7], '0', scope .. ' ' .. asker.id)
    return true
  end
  redis.call('ZADD', KEYS[8], '0', scope .. ' ' .. asker.order .. ' ' .. asker.id)
  redis.call(
    'HSET', KEYS[9], asker.id, scope .. ' ' .. asker.order .. ' ' .. asker.total .. ' ' .. asker.pool
  )
  return false
end
local function enter_workflow(scope, asker)
  local workflow = string.match(scope, '^([^/]*)/')
  if not workflow then
    return true
  end
  asker.order = string.sub(asker.order, 1, 8) .. time_of_asking
  if asker.total ~= '-' then
    redis.call('HSETNX', KEYS[10], workflow, asker.total)
  end
  return enter(workflow, asker)
end
local function grant(asker)
  local id = 'permit:' .. asker.id
  redis.call('HDEL', KEYS[9], asker.id)
  redis.call('ZADD', KEYS[6], now, asker.id)
  add_to_outbox(id, '{"id":"' .. id .. '","runId":"' .. asker.id .. '","type":"wake","targetId":"' .. asker.id
    .. '","pool":' .. asker.pool .. '}')
  granted[#granted + 1] = asker.id
  granted[#granted + 1] = asker.pool
end
local function let_in(scope)
  local room = math.min(let_in_max, (limit_of(scope) or math.huge) - count_held(scope))
  if room <= 0 then
    return
  end
  local first, last, most = '[' .. scope .. ' ', '(' .. scope .. '!', string.format('%.0f', room)
  local members = redis.call('ZRANGEBYLEX', KEYS[8], first, last, 'LIMIT', '0', most)
  for index = 1, #members do
    local asker = { id = string.match(members[index], '(%S+)$') }
    local waits = redis.call('HGET', KEYS[9], asker.id)
    asker.order, asker.total, asker.pool = string.match(waits, '^%S+ (%S+) (%S+) (.*)$')
    redis.call('ZREM', KEYS[8], members[index])
    redis.call('ZADD', KEYS[7], '0', scope .. ' ' .. asker.id)
    if enter_workflow(scope, asker) then
      grant(asker)
    end
  end
end
local function declare(scope, limit, is_new)
  if limit == '-' then
    return
  end
  if not is_new then
    redis.call('HSETNX', KEYS[10], scope, limit)
  elseif redis.call('HGET', KEYS[10], scope) ~= limit then
    redis.call('HSET', KEYS[10], scope, limit)
    let_in(scope)
  end
end
local function ask_permits(asker)
  if not asker.wanted and redis.call('HEXISTS', KEYS[11], asker.workflow) == 0 then
    return true
  end
  local key, per_key, total, priority = string.match(asker.wanted or '- - - 0000000', '^(%S+) (%S+) (%S+) (%S+)$')
  asker.total = total
  asker.order = (asker.has_begun and '0' or '1') .. priority .. time_of_asking
  declare(key, per_key, asker.is_new)
  declare(asker.workflow, total, asker.is_new)
  local waits = redis.call('HGET', KEYS[9], asker.id)
  if not waits and (key == '-' or enter(key, asker)) and enter(asker.workflow, asker) then
    return true
  end
  waits = redis.call('HGET', KEYS[9], asker.id)
  let_in((string.match(waits, '^%S+')))
  return redis.call('HEXISTS', KEYS[9], asker.id) == 0
end
local function space_start(set)
  local every, burst = ARGV[4], ARGV[5]
  if set then
    local set_every, set_burst = string.match(set, '^%S+ %S+ (%S+) (%S+)')
    if set_every ~= '-' then
      every, burst = set_every, set_burst
    end
  end
  if every == '' then
    return nil
  end
  local free_at = math.max(tonumber(now), tonumber(redis.call('ZSCORE', KEYS[12], ARGV[3]) or '0'))
  local starts_at = math.max(tonumber(now), free_at - (tonumber(burst) - 1) * tonumber(every))
  local delay_ms = math.ceil(starts_at - tonumber(now))
  return delay_ms, string.format('%.3f', free_at + tonumber(every))
end
local function note_start(next_at)
  local past = redis.call('ZRANGEBYSCORE', KEYS[12], '-inf', now, 'LIMIT', '0', '10')
  for index = 1, #past do
    redis.call('ZREM', KEYS[12], past[index])
  end
  redis.call('ZADD', KEYS[12], next_at, ARGV[3])
end
local leaf_rows = 64
local function leaf_of(row)
  return redis.call('ZREVRANGEBYLEX', KEYS[13], '[' .. row, '-', 'LIMIT', '0', '1')[1]
end
local function add_workflow_row(row)
  local first = leaf_of(row)
  local leaf = first and KEYS[13] .. ':' .. first
  if not leaf or (redis.call('ZCARD', leaf) >= leaf_rows and redis.call('ZRANGE', leaf, '-1', '-1')[1] < row) then
    redis.call('ZADD', KEYS[13], '0', row)
    leaf = KEYS[13] .. ':' .. row
  end
  redis.call('ZADD', leaf, '0', row)
end
local function note_pool()
  if ARGV[6] ~= usual_pool then
    redis.call('ZADD', KEYS[14], now, string.sub(ARGV[6], 2, -2))
    redis.call('ZREMRANGEBYRANK', KEYS[14], '0', string.format('%.0f', -1 - tonumber(ARGV[7])))
  end
end
local function take_labels(rows)
  local labels = redis.call('HMGET', KEYS[16], unpack(rows))
  for index = 1, #rows do
    if labels[index] then
      redis.call('ZREM', KEYS[15], labels[index] .. '\\0' .. rows[index])
      redis.call('HDEL', KEYS[16], rows[index])
    end
  end
end
local function put_label(row, label)
  redis.call('ZADD', KEYS[15], '0', label .. '\\0' .. row)
  redis.call('HSET', KEYS[16], row, label)
end
local asked = confirm()
local present = redis.call('HMGET', KEYS[2], 'digest', 'status')
if present[1] then
  if present[1] == ARGV[9] then
    return { 'exists', ARGV[8], present[2] }
  end
  return { 'conflict', ARGV[8] }
end
if not asked then
  return { 'parent_gone' }
end
if ARGV[22] ~= '' then
  local parent = redis.call('HMGET', KEYS[19], 'status', 'unowned')
  if not parent[1] or (has_ended(parent[1]) and not parent[2]) then
    return { 'parent_gone' }
  end
end
if ARGV[24] ~= '' then
  local standing = redis.call('HMGET', KEYS[21], 'due', 'pausedAt')
  if standing[1] ~= ARGV[24] or standing[2] then
    return { 'not_due' }
  end
end
local used = ARGV[21] ~= '' and redis.call('GET', KEYS[18])
if used then
  local digest, used_id = string.match(used, '^(%S+) (.*)$')
  return { digest == ARGV[9] and 'exists' or 'conflict', used_id }
end
if ARGV[11] ~= '' and redis.call('HGET', KEYS[22], 'hash') ~= ARGV[11] then
  return { 'stale' }
end
local set_for_workflow = redis.call('HGET', KEYS[11], ARGV[14])
if ARGV[12] ~= '' and set_for_workflow then
  return { 'limited' }
end
local rate_delay_ms, next_start_at = space_start(set_for_workflow)
if rate_delay_ms and rate_delay_ms > tonumber(ARGV[20]) then
  return { 'rate_full' }
end
local delay_ms = math.max(tonumber(ARGV[17]), rate_delay_ms or 0)
local delay = string.format('%.0f', delay_ms)
local ready_at = string.format('%.0f', tonumber(now) + delay_ms)
if ARGV[21] ~= '' then
  redis.call('SET', KEYS[18], ARGV[9] .. ' ' .. ARGV[8], 'PX', ARGV[21])
end
local record = {
  'digest', ARGV[9], 'workflow', ARGV[14], 'row', ARGV[15],
  'definition', ARGV[10], 'status', 'pending', 'generation', '0',
}
local function put(name, value)
  record[#record + 1], record[#record + 2] = name, value
end
if delay_ms > 0 then
  put('readyAt', ready_at)
end
if ARGV[6] ~= usual_pool then
  put('pool', ARGV[6])
end
if ARGV[19] ~= '' then
  put('permits', ARGV[19])
end
if ARGV[22] ~= '' then
  put('root', ARGV[23])
end
write_parts(ARGV[13] ~= '' and { 'info', ARGV[13] } or {}, {}, record)
if ARGV[12] == '' then
  redis.call('ZREM', KEYS[23], ARGV[15] .. ' ' .. ARGV[14])
  take_labels({ ARGV[15] })
end
redis.call('RPUSH', KEYS[17], ARGV[18])
add_workflow_row(ARGV[15])
redis.call('ZADD', KEYS[1], '0', ARGV[15])
if ARGV[16] ~= '' then
  put_label(ARGV[15], ARGV[16])
end
if next_start_at then
  note_start(next_start_at)
end
local may_wait = ARGV[19] ~= '' or set_for_workflow
local is_queued = delay_ms > 0 or not may_wait or ask_permits({
  id = ARGV[8], workflow = ARGV[14], wanted = ARGV[19] ~= '' and ARGV[19], pool = ARGV[6], is_new = true,
})
if is_queued then
  redis.call('ZADD', KEYS[6], ready_at, ARGV[8])
end
if ARGV[22] ~= '' then
  redis.call('ZADD', KEYS[20], '0', ARGV[15])
end
note_pool()
return { 'created', is_queued and '1' or '', delay, granted }`,
};
