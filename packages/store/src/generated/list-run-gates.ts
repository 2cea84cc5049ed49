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
  sha1: "2a49768c1732553ce9d2c627664f6ab432a2191a",
  source: `local KEYS = KEYS
local ARGV = ARGV
local function gates_of_run()
  local gates = {}
  function gates.places()
    local places = {}
    for place in string.gmatch(redis.call('HGET', KEYS[1], 'gates') or '', '%S+') do
      places[#places + 1] = place
    end
    return places
  end
  function gates.row(place)
    local since, address = string.match(place, '^(%d+)/(.*)$')
    return string.format('%015.0f', tonumber(since)) .. ':' .. ARGV[1] .. ':' .. address
  end
  function gates.entry(place)
    local row = gates.row(place)
    return redis.call('ZRANGEBYLEX', KEYS[2], '[' .. row .. ' ', '(' .. row .. '!', 'LIMIT', '0', '1')[1]
  end
  function gates.read(place)
    local open_ms, name = string.match(gates.entry(place), '^%S+ (%-?%d+) ([^\\n]*)')
    return string.format('%.0f', tonumber(string.match(place, '^%d+')) + tonumber(open_ms)), name
  end
  function gates.write_places(places)
    if #places == 0 then
      redis.call('HDEL', KEYS[1], 'gates')
    else
      redis.call('HSET', KEYS[1], 'gates', table.concat(places, ' '))
    end
  end
  function gates.close(addresses)
    local is_closing, left, places = {}, {}, gates.places()
    for index = 1, #addresses do
      is_closing[addresses[index]] = true
    end
    for index = 1, #places do
      if is_closing[string.match(places[index], '/(.*)$')] then
        redis.call('ZREM', KEYS[2], gates.entry(places[index]))
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
      redis.call('ZREM', KEYS[2], gates.entry(places[index]))
    end
    gates.write_places({})
  end
  return gates
end
local gates = gates_of_run()
local entries = {}
for index, place in ipairs(gates.places()) do
  entries[index] = gates.entry(place)
end
return { 'gates', entries }`,
};
