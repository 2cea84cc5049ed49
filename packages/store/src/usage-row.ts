/**
 * What a workflow used on a day as it lies in the store, the same in both stores: a row `<day since 1970, 5 digits> <workflow>`
 * and ten whole numbers, those of `usageNames` with money in billionths of a dollar, then runs that completed, failed and
 * were cancelled. Whole numbers add up the same in whatever order they come.
 */
import { type DayUsage, dayNumber, dayText, limits, type Usage, usageNames } from "@runfleet/model";

const nanosPerDollar = 1_000_000_000;

/** In the order of `usageNames`; nothing for no usage, and nothing when all of it is too little to count. */
export function usageNumbers(usage: Usage | undefined): number[] {
  if (usage === undefined) return [];
  const numbers = usageNames.map((name) => whole((usage[name] ?? 0) * unitsOf(name)));
  return numbers.some((number) => number > 0) ? numbers : [];
}

function unitsOf(name: (typeof usageNames)[number]): number {
  return name === "costUsd" ? nanosPerDollar : 1;
}

/** An action may report anything; a sum must stay a number. */
function whole(amount: number): number {
  return Math.min(Math.max(0, Math.round(amount)), Number.MAX_SAFE_INTEGER);
}

export function usageRow(day: number, workflow: string): string {
  return `${String(day).padStart(5, "0")} ${workflow}`;
}

export function toDayUsage(row: string, numbers: readonly number[]): DayUsage {
  const [day = "", workflow = ""] = row.split(" ");
  const sums = usageNames.map((name, index) => [name, (numbers[index] ?? 0) / unitsOf(name)]);
  const [completed = 0, failed = 0, cancelled = 0] = numbers.slice(usageNames.length);
  return {
    ...(Object.fromEntries(sums) as Record<(typeof usageNames)[number], number>),
    day: dayText(Number(day)),
    workflow,
    runs: { completed, failed, cancelled },
  };
}

/** Days since 1970 of a range of days, without those before what is kept. Texts that are no days give none. */
export function daysAsked({ from, to }: { readonly from: string; readonly to: string }): {
  readonly first: number;
  readonly last: number;
} {
  const last = dayNumber(to) ?? -1;
  return { first: Math.max(dayNumber(from) ?? 0, last - limits.usageDaysKept), last };
}
