/** The items of a foreach in the oracle: which there are, who waits for whom, and what is said of them at the end. */
import type { ForeachNode, Item } from "@runfleet/model";
import type { ItemList } from "./answers.js";
import { jsonOf } from "./memory.js";

export type ItemStatus = "pending" | "running" | "completed" | "failed" | "skipped" | "cancelled";

export interface Row extends Item {
  status: ItemStatus;
  output?: string | undefined;
}

export interface Listed {
  readonly rows: Row[];
  /** Item id → ids it waits for. */
  readonly waitsFor: ReadonlyMap<string, readonly string[]>;
}

/** The first item of each id; who waits for whom counts only for `ordered`. */
export function listed({ items, dependencies }: ItemList, { ordered }: ForeachNode): Listed {
  const rows: Row[] = [];
  for (const item of items)
    if (!rows.some(({ id }) => id === item.id)) rows.push({ ...item, status: "pending" });
  const waitsFor = new Map<string, string[]>();
  for (const [blocker, dependent] of ordered ? dependencies : []) {
    if (!rows.some(({ id }) => id === dependent)) continue;
    waitsFor.set(dependent, [...(waitsFor.get(dependent) ?? []), blocker]);
  }
  return { rows, waitsFor };
}

/** Taking away whoever waits for nobody that is left leaves the cycles. */
export function hasCycle({ rows, waitsFor }: Listed): boolean {
  let left = rows.map(({ id }) => id);
  for (;;) {
    const waiting = left.filter((id) => waitsFor.get(id)?.some((blocker) => left.includes(blocker)));
    if (waiting.length === left.length) return left.length > 0;
    left = waiting;
  }
}

export function outputOf({ rows }: Listed): string {
  const over = rows.filter(({ status }) => status !== "pending" && status !== "running");
  const items = over
    .sort((left, right) => left.id.localeCompare(right.id))
    .map(({ id, status, output }) => {
      return { item_id: id, status, output: jsonOf(output ?? "") ?? null };
    });
  return JSON.stringify({ items });
}
