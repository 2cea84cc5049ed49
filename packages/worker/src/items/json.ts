/**
 * The built-in item provider `json`: `filter = { from = "list" }` names an input that holds a JSON array, or
 * `step.field` of a structured output. Texts and numbers are their own id; objects need `id`, may have `ref`, and their
 * other members become `item.<name>`.
 */
import type { Item } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import type { ItemProvider } from "../config.js";

export const jsonItems: ItemProvider = {
  async items({ filter, source }) {
    const from = filter["from"];
    if (from === undefined) throw bad('needs filter = { from = "<input or step.field>" }');
    if (source === undefined)
      throw bad(`"${from}" is neither an input nor a field of an earlier step's output`);
    return { items: parseArray(from, source).map((value, index) => toItem(value, `${from}[${index}]`)) };
  },
};

function parseArray(from: string, source: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    throw bad(`"${from}" is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (!Array.isArray(value)) throw bad(`"${from}" is not a JSON array`);
  return value;
}

function toItem(value: unknown, where: string): Item {
  if (typeof value === "string" || typeof value === "number")
    return { id: String(value), ref: "", context: {} };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw bad(`${where} must be a text, a number or an object with "id"`);
  }
  const { id, ref, ...rest } = value as Record<string, unknown>;
  if (typeof id !== "string" && typeof id !== "number") throw bad(`${where} is an object without "id"`);
  const context = Object.fromEntries(Object.entries(rest).map(([key, member]) => [key, asText(member)]));
  return { id: String(id), ref: ref === undefined ? "" : asText(ref), context };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function bad(message: string): RunfleetError {
  return new RunfleetError("items_failed", `item provider "json": ${message}`);
}
