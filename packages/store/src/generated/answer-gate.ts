// Generated from lua/answer_gate.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface AnswerGateKeys {
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
  /** timers */
  readonly timers: string;
  /** run:<id> */
  readonly run: string;
  /** gates:open */
  readonly gatesOpen: string;
  /** run:<id>:inbox */
  readonly inbox: string;
  /** run:<id>:gates:answers */
  readonly answers: string;
}

export interface AnswerGateValues {
  /** epoch ms from a test, or empty */
  readonly now: ScriptValue;
  /** id of the run */
  readonly runId: ScriptValue;
  /** address or name, or empty for the only open gate */
  readonly gate: ScriptValue;
  /** approved or rejected */
  readonly verdict: ScriptValue;
  /** who answers */
  readonly by: ScriptValue;
  /** JSON of the event after its members `at` and `address` */
  readonly eventTail: ScriptValue;
}

/**
 * - accepted: address, pool as JSON
 * - answered: at, verdict, by
 * - not_open: no such gate is open, or none was named and several are open
 * - late: deadline
 * - ended: status
 * - not_found: no such run
 */
export type AnswerGateTag = "accepted" | "answered" | "not_open" | "late" | "ended" | "not_found";

/**
 * Answers an open gate: the first answer wins, closes the gate and becomes an event; later ones are told who was first.
 * An answer after the gate's deadline is refused, also while no worker has noticed that the gate timed out.
 */
export const answerGate: Script<AnswerGateKeys, AnswerGateValues, AnswerGateTag> = {
  name: "answer_gate",
  keys: ["statusPending", "statusRunning", "statusWaiting", "statusCancelling", "statusCompleted", "statusFailed", "statusCancelled", "timers", "run", "gatesOpen", "inbox", "answers"],
  values: ["now", "runId", "gate", "verdict", "by", "eventTail"],
  sha1: "6aa58095094c62a4490588fa2e45d8e737534945",
  source: `local K = {
  statusPending = KEYS[1],
  statusRunning = KEYS[2],
  statusWaiting = KEYS[3],
  statusCancelling = KEYS[4],
  statusCompleted = KEYS[5],
  statusFailed = KEYS[6],
  statusCancelled = KEYS[7],
  timers = KEYS[8],
  run = KEYS[9],
  gatesOpen = KEYS[10],
  inbox = KEYS[11],
  answers = KEYS[12],
}
local A = {
  now = ARGV[1],
  runId = ARGV[2],
  gate = ARGV[3],
  verdict = ARGV[4],
  by = ARGV[5],
  eventTail = ARGV[6],
}
local now = A.now
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local status_rows = {
  pending = K.statusPending,
  running = K.statusRunning,
  waiting = K.statusWaiting,
  cancelling = K.statusCancelling,
  completed = K.statusCompleted,
  failed = K.statusFailed,
  cancelled = K.statusCancelled,
}
local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end
local followers = {
  pending = ' running cancelling cancelled failed ',
  running = ' waiting pending cancelling completed failed cancelled ',
  waiting = ' pending running cancelling cancelled failed ',
  cancelling = ' cancelled completed failed ',
  completed = ' ',
  failed = ' pending running ',
  cancelled = ' ',
}
local function may_become(from, to)
  return from == to or string.find(followers[from], ' ' .. to .. ' ', 1, true) ~= nil
end
local function open_status(stored, wanted)
  if stored == 'cancelling' then
    return stored
  end
  return wanted
end
local function set_status(run_key, row, from, to)
  if from == to then
    return
  end
  redis.call('HSET', run_key, 'status', to)
  redis.call('ZREM', status_rows[from], row)
  redis.call('ZADD', status_rows[to], '0', row)
end
local function illegal_status(from, to)
  return redis.error_reply('RUNFLEET a run that is ' .. from .. ' cannot become ' .. to)
end
local function push_event(target, event)
  redis.call('RPUSH', target.inbox, event)
  if target.owner then
    return target.status
  end
  redis.call('ZADD', K.timers, now, target.id)
  if target.status ~= 'waiting' then
    return target.status
  end
  set_status(target.run, target.row, 'waiting', 'pending')
  return 'pending'
end
local function open_gate_places()
  local places = {}
  for place in string.gmatch(redis.call('HGET', K.run, 'gates') or '', '%S+') do
    places[#places + 1] = place
  end
  return places
end
local function address_of(place)
  return string.match(place, '/(.*)$')
end
local function gate_row(place)
  local since, address = string.match(place, '^(%d+)/(.*)$')
  return string.format('%015.0f', tonumber(since)) .. ':' .. A.runId .. ':' .. address
end
local function gate_entry(place)
  local row = gate_row(place)
  return redis.call('ZRANGEBYLEX', K.gatesOpen, '[' .. row .. ' ', '(' .. row .. '!', 'LIMIT', '0', '1')[1]
end
local function read_gate(place)
  return string.match(gate_entry(place), '^%S+ (%d+) ([^\\n]*)')
end
local function write_gate_places(places)
  if #places == 0 then
    redis.call('HDEL', K.run, 'gates')
  else
    redis.call('HSET', K.run, 'gates', table.concat(places, ' '))
  end
end
local function close_gates(addresses)
  if #addresses == 0 then
    return
  end
  local is_closing, left, places = {}, {}, open_gate_places()
  for index = 1, #addresses do
    is_closing[addresses[index]] = true
  end
  for index = 1, #places do
    if is_closing[address_of(places[index])] then
      redis.call('ZREM', K.gatesOpen, gate_entry(places[index]))
    else
      left[#left + 1] = places[index]
    end
  end
  if #left < #places then
    write_gate_places(left)
  end
end
local function close_all_gates()
  local places = open_gate_places()
  for index = 1, #places do
    redis.call('ZREM', K.gatesOpen, gate_entry(places[index]))
  end
  redis.call('HDEL', K.run, 'gates')
end
local stored = redis.call('HMGET', K.run, 'status', 'row', 'owner', 'pool')
if not stored[1] then
  return { 'not_found' }
end
local function find_gate()
  local places = open_gate_places()
  if A.gate == '' and #places ~= 1 then
    return nil
  end
  local oldest, found = math.huge, {}
  for index = 1, #places do
    local since, address = string.match(places[index], '^(%d+)/(.*)$')
    local deadline, name = read_gate(places[index])
    if address == A.gate then
      return address, name, deadline
    end
    if (A.gate == '' or name == A.gate) and tonumber(since) < oldest then
      oldest, found = tonumber(since), { address, name, deadline }
    end
  end
  return unpack(found)
end
local function find_answer()
  if A.gate == '' then
    return redis.call('HGET', K.answers, 'last')
  end
  return redis.call('HGET', K.answers, 'a ' .. A.gate) or redis.call('HGET', K.answers, 'n ' .. A.gate)
end
local address, name, deadline = find_gate()
if not address then
  local answer = find_answer()
  if answer then
    local at, verdict, by = string.match(answer, '^(%d+) (%l+) (.*)$')
    return { 'answered', at, verdict, by }
  end
  if has_ended(stored[1]) then
    return { 'ended', stored[1] }
  end
  return { 'not_open' }
end
if tonumber(deadline) < tonumber(now) then
  return { 'late', deadline }
end
close_gates({ address })
local answer = now .. ' ' .. A.verdict .. ' ' .. A.by
redis.call('HSET', K.answers, 'a ' .. address, answer, 'n ' .. name, answer, 'last', answer)
push_event({
  id = A.runId, run = K.run, inbox = K.inbox,
  status = stored[1], row = stored[2], owner = stored[3],
}, '{"at":' .. now .. ',"address":"' .. address .. '",' .. A.eventTail)
return { 'accepted', address, stored[4] }`,
};
