/**
 * The built-in item provider `range`: `filter = { from = "1" to = "9" }`, both ends included, optional `step`.
 * Counts down when `from` is larger than `to`.
 */
import { limits, RunfleetError } from "@runfleet/model";
import type { ItemProvider } from "../config.js";

export const rangeItems: ItemProvider = {
  async items({ filter }) {
    const from = integer("from", filter["from"]);
    const to = integer("to", filter["to"]);
    const step = filter["step"] === undefined ? 1 : integer("step", filter["step"]);
    if (step < 1) throw bad("step must be 1 or more");
    const count = Math.floor(Math.abs(to - from) / step) + 1;
    if (count > limits.foreachItemsMax) {
      throw new RunfleetError(
        "too_large",
        `item provider "range": ${count} items, at most ${limits.foreachItemsMax}`,
      );
    }
    const direction = from <= to ? step : -step;
    const ids = Array.from({ length: count }, (_, index) => String(from + index * direction));
    return { items: ids.map((id) => ({ id, ref: "", context: {} })) };
  },
};

function integer(name: string, text: string | undefined): number {
  if (text === undefined || !/^-?\d+$/.test(text)) {
    throw bad(`needs ${name} = "<integer>"${text === undefined ? "" : `, got "${text}"`}`);
  }
  return Number(text);
}

function bad(message: string): RunfleetError {
  return new RunfleetError("items_failed", `item provider "range": ${message}`);
}
