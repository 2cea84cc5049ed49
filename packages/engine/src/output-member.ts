/** One member of a step's newest structured output. */

import { parsed } from "./json-text.js";
import { member } from "./record.js";
import type { Turn } from "./turn.js";

/** The JSON value, or `undefined` when the step, its output or the member is missing. */
export function outputMember(turn: Turn, step: string, field: string): unknown {
  const output = member(turn.state.results, step)?.output;
  const value = output === undefined ? undefined : parsed(output);
  if (typeof value !== "object" || value === null) return undefined;
  return member(value as Record<string, unknown>, field);
}
