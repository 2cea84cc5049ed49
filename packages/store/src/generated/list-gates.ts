// Generated from lua/list_gates.lua by scripts/generate.mjs; not edited by hand.
import type { Script, ScriptValue } from "../script.js";

export interface ListGatesKeys {
  /** gates:open */
  readonly gatesOpen: string;
  /** gates:info */
  readonly gatesInfo: string;
}

export interface ListGatesValues {
  /** where the page begins, as ZRANGEBYLEX wants it */
  readonly after: ScriptValue;
  /** gates at most */
  readonly limit: ScriptValue;
}

/**
 * - page: JSON of each, last entry read or empty on the last page
 */
export type ListGatesTag = "page";

/**
 * A page of the fleet's open gates, longest open first.
 */
export const listGates: Script<ListGatesKeys, ListGatesValues, ListGatesTag> = {
  name: "list_gates",
  keys: ["gatesOpen", "gatesInfo"],
  values: ["after", "limit"],
  sha1: "0a648d91f255283266a5afdc267be370ef93c0b9",
  source: `local K = {
  gatesOpen = KEYS[1],
  gatesInfo = KEYS[2],
}
local A = {
  after = ARGV[1],
  limit = ARGV[2],
}
local rows = redis.call('ZRANGEBYLEX', K.gatesOpen, A.after, '+', 'LIMIT', '0', A.limit)
local gates = {}
for index = 1, #rows do
  gates[index] = redis.call('HGET', K.gatesInfo, rows[index])
end
return { 'page', gates, #rows == tonumber(A.limit) and rows[#rows] or '' }`,
};
