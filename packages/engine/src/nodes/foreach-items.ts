/** The items of one open foreach as they lie in the state: reading, changing, choosing the next, listing the ends. */
import type { Address, ForeachFrame, Item, ItemState, StepRecord } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { parsed } from "../json-text.js";
import { partName } from "../parts.js";
import { defined } from "../record.js";
import { utf8Bytes } from "../text-size.js";
import { type Turn, touch } from "../turn.js";
import type { BlockedBy } from "./foreach-order.js";

export function itemAt(turn: Turn, at: Address, index: number): ItemState | undefined {
  return turn.state.items[keyOf(at, index)];
}

export function changeItem(turn: Turn, place: { at: Address; index: number }, item: ItemState): void {
  const key = keyOf(place.at, place.index);
  touch(turn, partName.item(key));
  turn.state.items[key] = item;
}

/** The listed items in their order; a second item of the same id is dropped. */
export function uniqueItems(items: readonly Item[]): Item[] {
  const byId = new Map<string, Item>();
  for (const item of items) {
    if (!byId.has(item.id)) byId.set(item.id, item);
  }
  return [...byId.values()];
}

/** What an item waits for lies with the item: the frame is written with every child that ends. */
export function storeItems(
  turn: Turn,
  at: Address,
  { items, blockedBy }: { items: readonly Item[]; blockedBy: BlockedBy },
): void {
  for (const [index, { id, ref, context }] of items.entries()) {
    const waitsFor = defined({ blockedBy: blockedBy[index] });
    changeItem(turn, { at, index }, { id, ref, context, status: "pending", ...waitsFor });
  }
}

/** What the items of a foreach wait for, read back from them. */
export function blockersOf(turn: Turn, at: Address, total: number): BlockedBy {
  const blockedBy: BlockedBy = {};
  for (let index = 0; index < total; index += 1) {
    const blockers = itemAt(turn, at, index)?.blockedBy;
    if (blockers !== undefined) blockedBy[index] = blockers;
  }
  return blockedBy;
}

export function removeItems(turn: Turn, at: Address, total: number): void {
  for (let index = 0; index < total; index += 1) {
    const key = keyOf(at, index);
    touch(turn, partName.item(key));
    delete turn.state.items[key];
  }
}

/** After an operator's retry: what did not complete is pending again. */
export function resetItems(turn: Turn, at: Address, total: number): void {
  for (let index = 0; index < total; index += 1) {
    const item = itemAt(turn, at, index);
    if (item === undefined || item.status === "completed" || item.status === "pending") continue;
    const { id, ref, context, blockedBy } = item;
    changeItem(turn, { at, index }, { id, ref, context, status: "pending", ...defined({ blockedBy }) });
  }
}

/** The next item that may start, or `undefined`. Moves the cursor past items that never need a look again. */
export function nextItem(
  turn: Turn,
  at: Address,
  frame: ForeachFrame,
): { index: number; item: ItemState } | undefined {
  while (frame.cursor < frame.total && itemAt(turn, at, frame.cursor)?.status !== "pending")
    frame.cursor += 1;
  for (let index = frame.cursor; index < frame.total; index += 1) {
    const item = itemAt(turn, at, index);
    if (item?.status === "pending" && !isBlocked(turn, at, item)) return { index, item };
  }
  return undefined;
}

/** A blocker that has ended in any way no longer blocks. */
function isBlocked(turn: Turn, at: Address, { blockedBy = [] }: ItemState): boolean {
  return blockedBy.some((blocker) => {
    const status = itemAt(turn, at, blocker)?.status;
    return status === undefined || status === "pending" || status === "running";
  });
}

export function progressOf(frame: ForeachFrame): NonNullable<StepRecord["progress"]> {
  const { total, completed, failed, skipped } = frame;
  return { total, running: Object.keys(frame.open).length, completed, failed, skipped };
}

/**
 * The structured output `{ items: [{ item_id, status, output }] }`, sorted by id, of the items that ended. Outputs
 * are left out when the list would be too large, the list itself when it still is.
 */
export function outputOf(turn: Turn, at: Address, total: number): string | undefined {
  const ended: ItemState[] = [];
  for (let index = 0; index < total; index += 1) {
    const item = itemAt(turn, at, index);
    if (item !== undefined && item.status !== "pending" && item.status !== "running") ended.push(item);
  }
  ended.sort((left, right) => (left.id < right.id ? -1 : 1));
  const full = listing(ended, (item) => (item.output === undefined ? null : (parsed(item.output) ?? null)));
  if (full !== undefined) return full;
  return listing(ended, () => null);
}

function listing(items: readonly ItemState[], output: (item: ItemState) => unknown): string | undefined {
  const rows = items.map((item) => ({ item_id: item.id, status: item.status, output: output(item) }));
  const text = JSON.stringify({ items: rows });
  return utf8Bytes(text) <= limits.stepOutputBytesMax ? text : undefined;
}

/** The item with its end; its output is kept while all kept outputs together stay within one step's limit. */
export function endedItem(
  frame: ForeachFrame,
  item: ItemState,
  end: { status: "completed" | "failed" | "cancelled"; output: string | undefined },
): ItemState {
  const bytes = utf8Bytes(end.output ?? "");
  const fits = frame.outputBytes + bytes <= limits.stepOutputBytesMax;
  if (fits) frame.outputBytes += bytes;
  return { ...item, status: end.status, ...defined({ output: fits ? end.output : undefined }) };
}

function keyOf(at: Address, index: number): string {
  return `${at}/${index}`;
}
