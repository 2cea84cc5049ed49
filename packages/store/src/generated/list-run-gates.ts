// Generated from lua/list_run_gates.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ListRunGatesKeys {
  /** run:<id> */
  readonly run: string;
  /** gates:open */
  readonly gatesOpen: string;
}

export interface ListRunGatesValues {
  /** id of the run */
  readonly runId: ScriptValue;
}

/**
 * - gates: entry of each, in no order
 */
export type ListRunGatesTag = "gates";

/**
 * The open gates of one run; a run has never more than a few.
 */
export const listRunGates: Script<ListRunGatesKeys, ListRunGatesValues, ListRunGatesTag> = {
  name: "list_run_gates",
  keys: ["run", "gatesOpen"],
  values: ["runId"],
  sha1: "d0fd8bde7ef1b8ee0cced1d8753987425fed37aa",
  source: `local K = {
  run = KEYS[1],
  gatesOpen = KEYS[2],
}
local A = {
  runId = ARGV[1],
}
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
local gates = {}
for index, place in ipairs(open_gate_places()) do
  gates[index] = gate_entry(place)
end
return { 'gates', gates }`,
};
