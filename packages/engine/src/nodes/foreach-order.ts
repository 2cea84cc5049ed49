/** Dependencies between the items of an ordered foreach. Works on indexes into the item list. */
import type { Item } from "@runfleet/model";

/** Per item (by index, as text) the items it waits for; -1 = one that is not in the list, so it waits for ever. */
export type BlockedBy = Record<string, number[]>;

/** From pairs [blocker, dependent] of item ids. Pairs whose dependent is not in the list mean nothing. */
export function blockedByOf(
  items: readonly Item[],
  dependencies: readonly (readonly [string, string])[],
): BlockedBy {
  const indexes = new Map(items.map((item, index) => [item.id, index]));
  const blockedBy: BlockedBy = {};
  for (const [blocker, dependent] of dependencies) {
    const index = indexes.get(dependent);
    if (index === undefined) continue;
    const blockers = blockedBy[index] ?? [];
    blockedBy[index] = blockers;
    const blockerIndex = indexes.get(blocker) ?? -1;
    if (!blockers.includes(blockerIndex)) blockers.push(blockerIndex);
  }
  return blockedBy;
}

/** The indexes of one dependency cycle, or `undefined`. An item that waits for itself is a cycle. */
export function findCycle(blockedBy: BlockedBy): number[] | undefined {
  const finished = new Set<number>();
  for (const start of Object.keys(blockedBy).map(Number)) {
    const cycle = cycleFrom(start, blockedBy, finished);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Depth first with a path instead of recursion: chains may be as long as the list. */
function cycleFrom(start: number, blockedBy: BlockedBy, finished: Set<number>): number[] | undefined {
  const path: { index: number; next: number }[] = [];
  const onPath = new Set<number>();
  const enter = (index: number) => {
    path.push({ index, next: 0 });
    onPath.add(index);
  };
  if (!finished.has(start)) enter(start);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const blocker = blockedBy[top.index]?.[top.next];
    top.next += 1;
    if (blocker === undefined) {
      finished.add(top.index);
      onPath.delete(top.index);
      path.pop();
    } else if (onPath.has(blocker)) {
      return path.map(({ index }) => index).slice(path.findIndex(({ index }) => index === blocker));
    } else if (blocker >= 0 && !finished.has(blocker)) {
      enter(blocker);
    }
  }
  return undefined;
}

/** All items that wait, directly or through others, for one item. */
export function dependentsOf(index: number, blockedBy: BlockedBy): Set<number> {
  const direct = new Map<number, number[]>();
  for (const [dependent, blockers] of Object.entries(blockedBy)) {
    for (const blocker of blockers) direct.set(blocker, [...(direct.get(blocker) ?? []), Number(dependent)]);
  }
  const found = new Set<number>();
  const waiting = [...(direct.get(index) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...(direct.get(next) ?? []));
  }
  return found;
}
