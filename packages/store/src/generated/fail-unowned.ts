// Generated from lua/fail_unowned.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface FailUnownedKeys {
  /** runs:pending */
  readonly statusPending: string;
  /** runs:running */
  readonly statusRunning: string;
  /** runs:waiting */
  readonly statusWaiting: string;
  /** runs:cancelling */
  readonly statusCancelling: string;
  /** runs:completed */
  readonly statusCompleted: string;
  /** runs:failed */
  readonly statusFailed: string;
  /** runs:cancelled */
  readonly statusCancelled: string;
  /** run:<id>:events */
  readonly history: string;
  /** events */
  readonly fleetEvents: string;
  /** run:<id> */
  readonly run: string;
  /** run:<id>:state */
  readonly parts: string;
  /** timers */
  readonly timers: string;
  /** outbox */
  readonly outbox: string;
  /** outbox:entries */
  readonly outboxEntries: string;
  /** gates:open */
  readonly gatesOpen: string;
  /** run:<id>:steps */
  readonly steps: string;
  /** run:<id>:inbox */
  readonly inbox: string;
  /** run:<id>:inbox:ids */
  readonly dedupe: string;
  /** run:<id>:children */
  readonly children: string;
  /** run:<id>:gates:answers */
  readonly answers: string;
  /** run:<id>:log */
  readonly log: string;
  /** run:<id>:log:sums */
  readonly logSums: string;
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
  /** usage */
  readonly usageRows: string;
  /** usage:sums */
  readonly usageSums: string;
  /** leases */
  readonly leases: string;
  /** runs:ended */
  readonly runsEnded: string;
  /** runs:unfiled */
  readonly runsUnfiled: string;
  /** run:<parent>, or the run itself without a parent */
  readonly parentRun: string;
  /** run:<parent>:inbox, or the run's own */
  readonly parentInbox: string;
  /** lease:<id> */
  readonly lease: string;
}

export interface FailUnownedValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** how much longer than asked a child is kept, so that a sweeper can see in time that its root is there */
  readonly childGraceMs: ScriptValue;
  /** JSON, or empty */
  readonly error: ScriptValue;
  /** text */
  readonly summary: ScriptValue;
  /** how long the ended run is kept */
  readonly retentionMs: ScriptValue;
  /** id of the parent, or empty */
  readonly parentId: ScriptValue;
  /** JSON, or empty */
  readonly parentEvent: ScriptValue;
  /** id of the outbox entry that wakes the parent */
  readonly wakeId: ScriptValue;
  /** JSON of that entry up to the value of its last member, the parent's pool */
  readonly wakeHead: ScriptValue;
  /** rows of expired runs told to the caller */
  readonly forgetMax: ScriptValue;
  /** value the lease must have */
  readonly leaseToken: ScriptValue;
  /** 1, or empty when leases lie in other servers */
  readonly checksLease: ScriptValue;
  /** as text */
  readonly fact: ScriptValue;
}

/**
 * - finished: rows of runs whose time is over; runs that got its permits
 * - duplicate: the run has ended before
 * - fenced: the lease is not held with this token, or there is no such run
 */
export type FailUnownedTag = "finished" | "duplicate" | "fenced";

/**
 * Ends a run that no worker may continue. Fenced by the lease alone: its holder is the only one who could activate the
 * run. The generation grows, so whoever owned it before stays refused.
 */
export const failUnowned: Script<FailUnownedKeys, FailUnownedValues, FailUnownedTag> = {
  name: "fail_unowned",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "history", "fleetEvents", "run", "parts", "timers", "outbox", "outboxEntries", "gatesOpen", "steps", "inbox", "dedupe", "children", "answers", "log", "logSums", "permitsHeld", "permitsWaiting", "permitsWaiters", "limitsDeclared", "limitsSet", "usageRows", "usageSums", "leases", "runsEnded", "runsUnfiled", "parentRun", "parentInbox", "lease"],
  values: ["now", "runId", "childGraceMs", "error", "summary", "retentionMs", "parentId", "parentEvent", "wakeId", "wakeHead", "forgetMax", "leaseToken", "checksLease", "fact"],
  sha1: "f9d0d96d20a4c8fc746eaac0dc36d8926c20e590",
  source: `local KEYS = KEYS
local ARGV = ARGV
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end
local function move_row(row, from, to)
  if from == to then
    return
  end
  local status_rows = {
    pending = KEYS[1],
    running = KEYS[2],
    waiting = KEYS[3],
    cancelling = KEYS[4],
    completed = KEYS[5],
    failed = KEYS[6],
    cancelled = KEYS[7],
  }
  redis.call('ZREM', status_rows[from], row)
  redis.call('ZADD', status_rows[to], '0', row)
end
local function set_status(run_key, row, from, to)
  if from ~= to then
    redis.call('HSET', run_key, 'status', to)
    move_row(row, from, to)
  end
end
local history_entries_max = '20000'
local fleet_events_max = '50000'
local function add_facts(facts)
  if ARGV[1] == '' then
    local id = redis.call('XADD', KEYS[8], 'MAXLEN', '~', history_entries_max, '*', 'facts', facts)
    local at = string.match(id, '^%d+')
    redis.call('XADD', KEYS[9], 'MAXLEN', '~', fleet_events_max, '*', 'run', ARGV[2], 'at', at, 'facts', facts)
    return
  end
  redis.call('XADD', KEYS[8], 'MAXLEN', '~', history_entries_max, '*', 'at', now, 'facts', facts)
  redis.call('XADD', KEYS[9], 'MAXLEN', '~', fleet_events_max, '*', 'run', ARGV[2], 'at', now, 'facts', facts)
end
local function lost_lease(generation)
  return '["ll",' .. redis.call('HGET', KEYS[10], 'owner') .. ',' .. generation .. ']\\n'
end
local usual_pool = '"default"'
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
  local room = fields_beside_max - redis.call('HLEN', KEYS[10])
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
  call_in_chunks('HSET', KEYS[10], fields)
  call_in_chunks('HDEL', KEYS[10], left_run)
  call_in_chunks('HSET', KEYS[11], far)
  call_in_chunks('HDEL', KEYS[11], left_parts)
end
local function push_event(target, event)
  redis.call('RPUSH', target.inbox, event)
  if target.owner then
    return target.status
  end
  redis.call('ZADD', KEYS[12], now, target.id)
  if target.status ~= 'waiting' then
    return target.status
  end
  set_status(target.run, target.row, 'waiting', 'pending')
  return 'pending'
end
local function add_to_outbox(id, entry)
  redis.call('ZADD', KEYS[13], now, id)
  redis.call('HSET', KEYS[14], id, entry)
end
local function gates_of_run()
  local gates = {}
  function gates.places()
    local places = {}
    for place in string.gmatch(redis.call('HGET', KEYS[10], 'gates') or '', '%S+') do
      places[#places + 1] = place
    end
    return places
  end
  function gates.row(place)
    local since, address = string.match(place, '^(%d+)/(.*)$')
    return string.format('%015.0f', tonumber(since)) .. ':' .. ARGV[2] .. ':' .. address
  end
  function gates.entry(place)
    local row = gates.row(place)
    return redis.call('ZRANGEBYLEX', KEYS[15], '[' .. row .. ' ', '(' .. row .. '!', 'LIMIT', '0', '1')[1]
  end
  function gates.read(place)
    local open_ms, name = string.match(gates.entry(place), '^%S+ (%-?%d+) ([^\\n]*)')
    return string.format('%.0f', tonumber(string.match(place, '^%d+')) + tonumber(open_ms)), name
  end
  function gates.write_places(places)
    if #places == 0 then
      redis.call('HDEL', KEYS[10], 'gates')
    else
      redis.call('HSET', KEYS[10], 'gates', table.concat(places, ' '))
    end
  end
  function gates.close(addresses)
    local is_closing, left, places = {}, {}, gates.places()
    for index = 1, #addresses do
      is_closing[addresses[index]] = true
    end
    for index = 1, #places do
      if is_closing[string.match(places[index], '/(.*)$')] then
        redis.call('ZREM', KEYS[15], gates.entry(places[index]))
      else
        left[#left + 1] = places[index]
      end
    end
    if #left < #places then
      gates.write_places(left)
    end
  end
  function gates.close_all()
    local places = gates.places()
    for index = 1, #places do
      redis.call('ZREM', KEYS[15], gates.entry(places[index]))
    end
    gates.write_places({})
  end
  return gates
end
local function has_more_keys()
  return redis.call('EXISTS', KEYS[19], KEYS[20], KEYS[17], KEYS[18], KEYS[21], KEYS[22]) > 0
end
local function keep_for(kept_ms, has_more)
  local kept = { KEYS[10], KEYS[11], KEYS[16], KEYS[8] }
  if has_more then
    redis.call('PEXPIRE', KEYS[19], string.format('%.0f', tonumber(kept_ms) + tonumber(ARGV[3])))
    kept = { KEYS[10], KEYS[11], KEYS[16], KEYS[8], KEYS[20], KEYS[17], KEYS[18], KEYS[21], KEYS[22] }
  end
  for index = 1, #kept do
    redis.call('PEXPIRE', kept[index], kept_ms)
  end
end
local let_in_max = 20
local time_of_asking = string.format('%015.0f', tonumber(now))
local granted = {}
local function count_held(scope)
  return redis.call('ZLEXCOUNT', KEYS[23], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function count_waiting(scope)
  return redis.call('ZLEXCOUNT', KEYS[24], '[' .. scope .. ' ', '(' .. scope .. '!')
end
local function set_limit_of(scope)
  local workflow, key = string.match(scope, '^([^/]*)(.*)$')
  local total, per_key = string.match(redis.call('HGET', KEYS[27], workflow) or '- -', '^(%S+) (%S+)')
  return tonumber(key == '' and total or per_key)
end
local function limit_of(scope)
  return set_limit_of(scope) or tonumber(redis.call('HGET', KEYS[26], scope))
end
local function limit_for(scope, asker)
  if asker.total == '-' and not string.find(scope, '/', 1, true) then
    return set_limit_of(scope)
  end
  return limit_of(scope)
end
local function enter(scope, asker)
  if redis.call('ZSCORE', KEYS[23], scope .. ' ' .. asker.id) then
    return true
  end
  local limit = limit_for(scope, asker)
  if not limit then
    return true
  end
  local has_begun = string.sub(asker.order, 1, 1) == '0'
  if count_held(scope) < limit and (has_begun or count_waiting(scope) == 0) then
    redis.call('ZADD', KEYS[23], '0', scope .. ' ' .. asker.id)
    return true
  end
  redis.call('ZADD', KEYS[24], '0', scope .. ' ' .. asker.order .. ' ' .. asker.id)
  redis.call(
    'HSET', KEYS[25], asker.id, scope .. ' ' .. asker.order .. ' ' .. asker.total .. ' ' .. asker.pool
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
    redis.call('HSETNX', KEYS[26], workflow, asker.total)
  end
  return enter(workflow, asker)
end
local function grant(asker)
  local id = 'permit:' .. asker.id
  redis.call('HDEL', KEYS[25], asker.id)
  redis.call('ZADD', KEYS[12], now, asker.id)
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
  local members = redis.call('ZRANGEBYLEX', KEYS[24], first, last, 'LIMIT', '0', most)
  for index = 1, #members do
    local asker = { id = string.match(members[index], '(%S+)$') }
    local waits = redis.call('HGET', KEYS[25], asker.id)
    asker.order, asker.total, asker.pool = string.match(waits, '^%S+ (%S+) (%S+) (.*)$')
    redis.call('ZREM', KEYS[24], members[index])
    redis.call('ZADD', KEYS[23], '0', scope .. ' ' .. asker.id)
    if enter_workflow(scope, asker) then
      grant(asker)
    end
  end
end
local function forget_unused(scope)
  if count_held(scope) == 0 and count_waiting(scope) == 0 then
    redis.call('HDEL', KEYS[26], scope)
  end
end
local function leave_line()
  local waits = redis.call('HGET', KEYS[25], ARGV[2])
  if waits then
    local scope, order = string.match(waits, '^(%S+) (%S+)')
    redis.call('HDEL', KEYS[25], ARGV[2])
    redis.call('ZREM', KEYS[24], scope .. ' ' .. order .. ' ' .. ARGV[2])
    forget_unused(scope)
  end
end
local function return_permit(scope)
  if redis.call('ZREM', KEYS[23], scope .. ' ' .. ARGV[2]) == 1 then
    let_in(scope)
    forget_unused(scope)
  end
end
local function return_permits(workflow, wanted)
  if redis.call('EXISTS', KEYS[23], KEYS[25]) == 0 then
    return
  end
  leave_line()
  if wanted then
    return_permit((string.match(wanted, '^%S+')))
  end
  return_permit(workflow)
end
local usage_days_kept, usage_workflows_max = 400, 250
local function count_usage(workflow, added)
  local function day_text(day)
    return string.format('%05d', day)
  end
  local day = math.floor(tonumber(now) / 86400000)
  local today = day_text(day)
  local function forget_old_usage()
    local before = '(' .. day_text(day - usage_days_kept)
    local old = redis.call('ZRANGEBYLEX', KEYS[28], '-', before, 'LIMIT', '0', '10')
    for index = 1, #old do
      redis.call('ZREM', KEYS[28], old[index])
      redis.call('HDEL', KEYS[29], old[index])
    end
  end
  local row = today .. ' ' .. workflow
  local sums = redis.call('HGET', KEYS[29], row)
  if not sums then
    if redis.call('ZLEXCOUNT', KEYS[28], '[' .. today .. ' ', '(' .. today .. '!') >= usage_workflows_max then
      row = today .. ' *'
      sums = redis.call('HGET', KEYS[29], row)
    end
    if not sums then
      redis.call('ZADD', KEYS[28], '0', row)
      forget_old_usage()
    end
  end
  local numbers = {}
  for number in string.gmatch(sums or '', '%S+') do
    numbers[#numbers + 1] = number
  end
  for column = 1, 10 do
    local before, more = numbers[column] or '0', added[column] or '0'
    numbers[column] = more == '0' and before or string.format('%.0f', tonumber(before) + tonumber(more))
  end
  redis.call('HSET', KEYS[29], row, table.concat(numbers, ' '))
end
local function parent_wake(status, owner, patience)
  if owner then
    return ''
  end
  local unread = redis.call('LLEN', KEYS[34])
  if status ~= 'completed' or unread == tonumber(patience or '1') then
    return 'now'
  end
  return unread == 1 and 'soon' or ''
end
local function tell_parent(child_status)
  if ARGV[8] == '' then
    return ''
  end
  local parent = redis.call('HMGET', KEYS[33], 'status', 'row', 'owner', 'pool', 'unowned', 'patience')
  if not parent[1] then
    return ''
  end
  if has_ended(parent[1]) then
    if parent[5] then
      redis.call('RPUSH', KEYS[34], ARGV[8])
      redis.call('PEXPIRE', KEYS[34], redis.call('PTTL', KEYS[33]))
    end
    return ''
  end
  push_event({
    id = ARGV[7], run = KEYS[33], inbox = KEYS[34],
    status = parent[1], row = parent[2], owner = parent[3],
  }, ARGV[8])
  local wake = parent_wake(child_status, parent[3], parent[6])
  if wake ~= '' then
    add_to_outbox(ARGV[9], ARGV[10] .. (parent[4] or usual_pool) .. '}')
  end
  return wake
end
local function keep_for_a_while(entry, has_more)
  local is_child = ARGV[7] ~= ''
  keep_for(is_child and string.format('%.0f', ARGV[6] + ARGV[3]) or ARGV[6], has_more)
  redis.call('ZADD', KEYS[31], string.format('%.0f', tonumber(now) + tonumber(ARGV[6])), entry)
  redis.call('ZADD', KEYS[32], now, entry)
end
local function end_texts()
  if ARGV[4] == '' then
    return 'summary', ARGV[5]
  end
  return 'summary', ARGV[5], 'error', ARGV[4]
end
local function write_end()
  write_parts({ end_texts() }, { 'blockedOn' }, { 'endedAt', now }, { 'owner', 'tookOver', 'heartbeatAt' })
  redis.call('ZREM', KEYS[12], ARGV[2])
end
local function end_run(ended)
  local usage = ended.usage or {}
  usage[({ completed = 8, failed = 9, cancelled = 10 })[ended.status]] = '1'
  local has_more = has_more_keys()
  if has_more and not ended.may_be_retried then
    redis.call('DEL', KEYS[17], KEYS[18])
  end
  if ended.gates then
    gates_of_run().close_all()
  end
  redis.call('ZREM', KEYS[30], ARGV[2])
  redis.call('PUBLISH', KEYS[10], ended.status)
  local wake = tell_parent(ended.status)
  count_usage(ended.workflow, usage)
  return_permits(ended.workflow, ended.permits)
  keep_for_a_while(ended.row .. ' ' .. ended.workflow, has_more)
  return redis.call('ZRANGEBYSCORE', KEYS[31], '-inf', now, 'LIMIT', '0', ARGV[11]), wake
end
local function give_back_lease(token)
  if redis.call('GET', KEYS[35]) == token then
    redis.call('DEL', KEYS[35])
  end
end
local stored = redis.call('HMGET', KEYS[10], 'status', 'row', 'generation', 'owner', 'workflow', 'permits', 'gates')
local status = stored[1]
if not status then
  return { 'fenced' }
end
if has_ended(status) then
  give_back_lease(ARGV[12])
  return { 'duplicate' }
end
if ARGV[13] ~= '' and redis.call('GET', KEYS[35]) ~= ARGV[12] then
  return { 'fenced' }
end
local generation = string.format('%.0f', math.max(tonumber(stored[3]) + 1, tonumber(now)))
redis.call('HSET', KEYS[10], 'generation', generation, 'nonce', ARGV[12], 'unowned', '1')
set_status(KEYS[10], stored[2], status, 'failed')
add_facts((stored[4] and lost_lease(stored[3]) or '') .. ARGV[14])
write_end()
give_back_lease(ARGV[12])
local function put_gates_away()
  local gates = gates_of_run()
  local entries = {}
  for place in string.gmatch(stored[7], '%S+') do
    entries[#entries + 1], entries[#entries + 2] = 'away ' .. place, gates.entry(place)
  end
  call_in_chunks('HSET', KEYS[20], entries)
  redis.call('HSET', KEYS[10], 'gatesAway', stored[7])
end
if stored[7] then
  put_gates_away()
end
local forgettable = end_run({
  row = stored[2], workflow = stored[5], status = 'failed', permits = stored[6], gates = stored[7], may_be_retried = true,
})
return { 'finished', forgettable, granted }`,
};
