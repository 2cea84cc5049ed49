/**
 * What workflows used, day by day, in memory: counted by the writes of runs like in the scripts.
 */
import { type DayUsage, dayMs, limits, otherWorkflows, type RunStore, usageNames } from "@runfleet/model";
import { pageOf } from "../page.js";
import { daysAsked, toDayUsage, usageRow } from "../usage-row.js";
import type { MemoryState, StoredRun } from "./memory-state.js";

/** `added`: numbers by their column, see `usage-row.ts`. */
export function countUsage(state: MemoryState, run: StoredRun, added: readonly number[]): void {
  if (added.length === 0) return;
  const row = rowOfToday(state, run.info.workflow);
  const sums = state.usage.get(row) ?? Array<number>(usageNames.length + endings.length).fill(0);
  state.usage.set(
    row,
    sums.map((sum, column) => sum + (added[column] ?? 0)),
  );
}

const endings: readonly string[] = ["completed", "failed", "cancelled"];

export function countEnd(state: MemoryState, run: StoredRun): void {
  const runs = endings.map((status) => (status === run.status ? 1 : 0));
  countUsage(state, run, [...usageNames.map(() => 0), ...runs]);
}

function rowOfToday(state: MemoryState, workflow: string): string {
  const today = Math.floor(state.now() / dayMs);
  const row = usageRow(today, workflow);
  if (state.usage.has(row)) return row;
  const rows = [...state.usage.keys()].sort();
  const ofToday = rows.filter((other) => other.startsWith(usageRow(today, "")));
  const isFull = ofToday.length >= limits.usageWorkflowsMax;
  const own = isFull ? usageRow(today, otherWorkflows) : row;
  if (!state.usage.has(own)) {
    const old = rows.filter((other) => other < usageRow(today - limits.usageDaysKept, ""));
    for (const gone of old.slice(0, 10)) state.usage.delete(gone);
  }
  return own;
}

export function memoryUsage(state: MemoryState): Pick<RunStore, "readUsage"> {
  return {
    readUsage: async ({ workflow, limit, cursor, ...range }) => {
      const { first, last } = daysAsked(range);
      const left = [...state.usage]
        .filter(([row]) => row >= usageRow(first, "") && row < usageRow(last + 1, ""))
        .filter(([row]) => cursor === undefined || row > cursor)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .filter(([row]) => workflow === undefined || row.slice(row.indexOf(" ") + 1) === workflow);
      const page = pageOf(left, { limit, cursorOf: ([row]) => row });
      const rows = page.rows.map(([row, numbers]): DayUsage => toDayUsage(row, numbers));
      return page.cursor === undefined ? { rows } : { rows, cursor: page.cursor };
    },
  };
}
