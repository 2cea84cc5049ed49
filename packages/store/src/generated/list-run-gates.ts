// Generated from lua/list_run_gates.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ListRunGatesKeys {
  /** run:<id>:gates */
  readonly gates: string;
  /** gates:open */
  readonly gatesOpen: string;
  /** gates:info */
  readonly gatesInfo: string;
}

export interface ListRunGatesValues {
  /** id of the run */
  readonly runId: ScriptValue;
}

/**
 * - gates: JSON of each, in no order
 */
export type ListRunGatesTag = "gates";

/**
 * The open gates of one run; a run has never more than a few.
 */
export const listRunGates: Script<ListRunGatesKeys, ListRunGatesValues, ListRunGatesTag> = {
  name: "list_run_gates",
  keys: ["gates", "gatesOpen", "gatesInfo"],
  values: ["runId"],
  sha1: "8e608eafdab0a9fc12314741688095da03c45a01",
  source: `local K = {
  gates = KEYS[1],
  gatesOpen = KEYS[2],
  gatesInfo = KEYS[3],
}
local A = {
  runId = ARGV[1],
}
local function gate_row(since, address)
  return string.format('%015.0f', tonumber(since)) .. ':' .. A.runId .. ':' .. address
end
local function parse_gate(text)
  local since, deadline, name = string.match(text, '^(%d+) (%d+) (.*)$')
  return since, name, deadline
end
local function close_gates(addresses)
  for index = 1, #addresses do
    local gate = redis.call('HGET', K.gates, addresses[index])
    if gate then
      local gate_entry = gate_row((parse_gate(gate)), addresses[index])
      redis.call('HDEL', K.gates, addresses[index])
      redis.call('ZREM', K.gatesOpen, gate_entry)
      redis.call('HDEL', K.gatesInfo, gate_entry)
    end
  end
end
local open = redis.call('HGETALL', K.gates)
local gates = {}
for index = 1, #open, 2 do
  gates[#gates + 1] = redis.call('HGET', K.gatesInfo, gate_row((parse_gate(open[index + 1])), open[index]))
end
return { 'gates', gates }`,
};
