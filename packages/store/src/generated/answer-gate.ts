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
  sha1: "860a073d00b63f77f6259ef65dd4d06252c1d9f3",
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
local function push_event(target, event)
  redis.call('RPUSH', target.inbox, event)
  if target.owner then
    return target.status
  end
  redis.call('ZADD', KEYS[8], now, target.id)
  if target.status ~= 'waiting' then
    return target.status
  end
  set_status(target.run, target.row, 'waiting', 'pending')
  return 'pending'
end
local function gates_of_run()
  local gates = {}
  function gates.places()
    local places = {}
    for place in string.gmatch(redis.call('HGET', KEYS[9], 'gates') or '', '%S+') do
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
    return redis.call('ZRANGEBYLEX', KEYS[10], '[' .. row .. ' ', '(' .. row .. '!', 'LIMIT', '0', '1')[1]
  end
  function gates.read(place)
    local open_ms, name = string.match(gates.entry(place), '^%S+ (%-?%d+) ([^\\n]*)')
    return string.format('%.0f', tonumber(string.match(place, '^%d+')) + tonumber(open_ms)), name
  end
  function gates.write_places(places)
    if #places == 0 then
      redis.call('HDEL', KEYS[9], 'gates')
    else
      redis.call('HSET', KEYS[9], 'gates', table.concat(places, ' '))
    end
  end
  function gates.close(addresses)
    local is_closing, left, places = {}, {}, gates.places()
    for index = 1, #addresses do
      is_closing[addresses[index]] = true
    end
    for index = 1, #places do
      if is_closing[string.match(places[index], '/(.*)$')] then
        redis.call('ZREM', KEYS[10], gates.entry(places[index]))
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
      redis.call('ZREM', KEYS[10], gates.entry(places[index]))
    end
    gates.write_places({})
  end
  return gates
end
local stored = redis.call('HMGET', KEYS[9], 'status', 'row', 'owner', 'pool')
if not stored[1] then
  return { 'not_found' }
end
local gates = gates_of_run()
local function find_gate()
  local places = gates.places()
  if ARGV[3] == '' and #places ~= 1 then
    return nil
  end
  local oldest, found = math.huge, {}
  for index = 1, #places do
    local since, address = string.match(places[index], '^(%d+)/(.*)$')
    local deadline, name = gates.read(places[index])
    if address == ARGV[3] then
      return address, name, deadline
    end
    if (ARGV[3] == '' or name == ARGV[3]) and tonumber(since) < oldest then
      oldest, found = tonumber(since), { address, name, deadline }
    end
  end
  return unpack(found)
end
local function find_answer()
  if ARGV[3] == '' then
    return redis.call('HGET', KEYS[12], 'last')
  end
  return redis.call('HGET', KEYS[12], 'a ' .. ARGV[3]) or redis.call('HGET', KEYS[12], 'n ' .. ARGV[3])
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
gates.close({ address })
local answer = now .. ' ' .. ARGV[4] .. ' ' .. ARGV[5]
redis.call('HSET', KEYS[12], 'a ' .. address, answer, 'n ' .. name, answer, 'last', answer)
push_event({
  id = ARGV[2], run = KEYS[9], inbox = KEYS[11],
  status = stored[1], row = stored[2], owner = stored[3],
}, '{"at":' .. now .. ',"address":"' .. address .. '",' .. ARGV[6])
return { 'accepted', address, stored[4] or usual_pool }`,
};
