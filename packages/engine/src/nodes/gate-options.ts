/** What a person may choose from at a gate: fixed values, or a member of an earlier step's structured output. */
import type { GateNode } from "@runfleet/model";
import { outputMember } from "../output-member.js";
import { textRecord } from "../record.js";
import type { Turn } from "../turn.js";

export type ResolvedOptions = { readonly values?: Record<string, string> } | { readonly problem: string };

/** Value → label. An object gives its text members, a list its texts or its `{ value, label }` members. */
export function optionsOf(turn: Turn, { options }: GateNode): ResolvedOptions {
  if (options === undefined) return {};
  if (options.kind === "fixed") return { values: { ...options.values } };
  const from = `${options.step}.${options.field}`;
  const found = outputMember(turn, options.step, options.field);
  if (typeof found !== "object" || found === null)
    return { problem: `options ${from}: no object or list there` };
  return { values: Array.isArray(found) ? fromList(found) : fromObject(found) };
}

function fromObject(found: object): Record<string, string> {
  const values = textRecord<string>();
  for (const [value, label] of Object.entries(found)) {
    if (typeof label === "string") values[value] = label;
  }
  return values;
}

function fromList(found: readonly unknown[]): Record<string, string> {
  const values = textRecord<string>();
  for (const one of found) {
    const { value, label } = asOption(one);
    if (typeof value === "string") values[value] = typeof label === "string" ? label : value;
  }
  return values;
}

function asOption(one: unknown): { value?: unknown; label?: unknown } {
  if (typeof one === "string") return { value: one };
  return typeof one === "object" && one !== null ? one : {};
}
