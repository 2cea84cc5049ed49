/** What workflows used in a range of days: rows of the store folded to what was asked for. Changes nothing. */
import {
  type DayUsage,
  dayMs,
  dayNumber,
  dayText,
  limits,
  otherWorkflows,
  RunfleetError,
  type UsageSums,
  usageNames,
} from "@runfleet/model";
import type { UsageDocument, UsageRow } from "./client-documents.js";
import type { UsageOptions } from "./client-options.js";
import type { ClientTime, Connections } from "./connections.js";
import { readAll } from "./read-runs.js";

const defaultDays = 30;
const defaultTop = 20;

export async function readUsage(
  { store, time }: Pick<Connections, "store"> & { readonly time: Pick<ClientTime, "now"> },
  options: UsageOptions,
): Promise<UsageDocument> {
  const asked = checked(options, time.now());
  const { first, last, by, top, workflow } = asked;
  const range = { from: dayText(first), to: dayText(last) };
  const request = { ...range, limit: limits.pageRowsMax, ...(workflow === undefined ? {} : { workflow }) };
  const found = await readAll((cursor) => store.readUsage({ ...request, ...cursor }));
  return { ...range, by, totals: sumOf(found), rows: fold[by](found, { first, last, top }) };
}

interface Asked {
  /** Days since 1970. */
  readonly first: number;
  readonly last: number;
  readonly top: number;
}

/** How rows are folded, by what a row of the answer stands for. */
const fold: Readonly<
  Record<UsageDocument["by"], (found: readonly DayUsage[], asked: Asked) => readonly UsageRow[]>
> = {
  day: (found, { first, last }) => {
    const groups = grouped(found, ({ day }) => day);
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const day = dayText(first + index);
      return { day, workflow: null, ...sumOf(groups.get(day) ?? []) };
    });
  },
  workflow: (found, { top }) => {
    const { order, nameOf } = ranked(found, top);
    const groups = grouped(found, nameOf);
    return order.map((workflow) => ({ day: null, workflow, ...sumOf(groups.get(workflow) ?? []) }));
  },
  both: (found, { top }) => {
    const { order, nameOf } = ranked(found, top);
    return [...grouped(found, ({ day }) => day)].flatMap(([day, ofDay]) => {
      const groups = grouped(ofDay, nameOf);
      return order
        .filter((workflow) => groups.has(workflow))
        .map((workflow) => ({ day, workflow, ...sumOf(groups.get(workflow) ?? []) }));
    });
  },
};

function grouped(rows: readonly DayUsage[], keyOf: (row: DayUsage) => string): Map<string, DayUsage[]> {
  const groups = new Map<string, DayUsage[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

/** The workflows that get rows of their own, the most expensive first, then the row that all others share. */
function ranked(found: readonly DayUsage[], top: number) {
  const sums = [...grouped(found, ({ workflow }) => workflow)].map(([name, rows]) => ({
    name,
    ...sumOf(rows),
  }));
  const own = sums
    .filter(({ name }) => name !== otherWorkflows)
    .sort((one, other) => weightOf(other, one) || (one.name < other.name ? -1 : 1))
    .slice(0, top)
    .map(({ name }) => name);
  const names = new Set(own);
  const order = sums.length > own.length ? [...own, otherWorkflows] : own;
  return { order, nameOf: ({ workflow }: DayUsage) => (names.has(workflow) ? workflow : otherWorkflows) };
}

/** By money, then tokens, then time of work. */
function weightOf(one: UsageSums, other: UsageSums): number {
  const tokens = (sums: UsageSums): number => sums.inputTokens + sums.outputTokens;
  return one.costUsd - other.costUsd || tokens(one) - tokens(other) || one.durationMs - other.durationMs;
}

function sumOf(rows: readonly UsageSums[]): UsageSums {
  const total = (of: (row: UsageSums) => number): number => rows.reduce((sum, row) => sum + of(row), 0);
  const sums = Object.fromEntries(usageNames.map((name) => [name, total((row) => row[name])]));
  return {
    ...(sums as unknown as Omit<UsageSums, "runs">),
    // Each row is exact to a billionth of a dollar; a sum of doubles need not be.
    costUsd: Math.round(total(({ costUsd }) => costUsd) * 1e9) / 1e9,
    runs: {
      completed: total(({ runs }) => runs.completed),
      failed: total(({ runs }) => runs.failed),
      cancelled: total(({ runs }) => runs.cancelled),
    },
  };
}

function checked({ workflow, from, to, by = "both", top = defaultTop }: UsageOptions, now: number) {
  const last = to === undefined ? Math.floor(now / dayMs) : dayOf("to", to);
  const first = from === undefined ? last - defaultDays + 1 : dayOf("from", from);
  const days = last - first + 1;
  if (days < 1) throw refused(`from (${dayText(first)}) must not come after to (${dayText(last)})`);
  if (days > limits.usageDaysKept)
    throw refused(`from and to must be at most ${limits.usageDaysKept} days apart, which is what is kept`);
  if (!Object.hasOwn(fold, by)) throw refused(`by must be one of ${Object.keys(fold).join(", ")}`);
  if (!Number.isInteger(top) || top < 1 || top > limits.usageTopMax)
    throw refused(`top must be a whole number from 1 to ${limits.usageTopMax}, not ${top}`);
  if (by === "both" && days * (top + 1) > limits.usageRowsToldMax)
    throw refused(
      `${days} days of ${top} workflows are more than ${limits.usageRowsToldMax} rows; ask for fewer, or by day or workflow`,
    );
  return { first, last, by, top, workflow };
}

function dayOf(name: string, text: string): number {
  const day = dayNumber(text);
  if (day === undefined) throw refused(`${name} must be a day like 2026-11-30, not ${JSON.stringify(text)}`);
  return day;
}

function refused(message: string): RunfleetError {
  return new RunfleetError("invalid_usage", message);
}
