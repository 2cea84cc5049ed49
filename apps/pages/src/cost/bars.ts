/** Rows of usage as bars: one a day, made of parts, each workflow in the same place every day. Pure. */
import type { UsageRow } from "@runfleet/client";
import { type Measure, measures } from "./measures";

export interface Part {
  readonly workflow: string;
  readonly value: number;
  /** Of the parts below this one. */
  readonly from: number;
}

export interface Bars {
  /** From the bottom of the bars: the largest first, "*" (all others) last. */
  readonly workflows: readonly string[];
  /** In the order of the days. */
  readonly bars: readonly (readonly Part[])[];
}

export function toBars(
  rows: readonly UsageRow[],
  { days, measure }: { readonly days: readonly string[]; readonly measure: Measure },
): Bars {
  const { of } = measures[measure];
  const sums = new Map<string, number>();
  for (const row of rows) {
    const name = row.workflow ?? "";
    if (of(row) > 0) sums.set(name, (sums.get(name) ?? 0) + of(row));
  }
  const workflows = [...sums.keys()].sort(
    (one, other) =>
      Number(one === "*") - Number(other === "*") || (sums.get(other) ?? 0) - (sums.get(one) ?? 0),
  );
  const bars = days.map((day) => {
    let from = 0;
    return workflows.flatMap((workflow) => {
      const row = rows.find((each) => each.day === day && each.workflow === workflow);
      const part = { workflow, value: row === undefined ? 0 : of(row), from };
      from += part.value;
      return part.value > 0 ? [part] : [];
    });
  });
  return { workflows, bars };
}
