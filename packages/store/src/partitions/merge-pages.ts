/** Pages of one list, one from each partition, as a page of the whole list. Knows no store. */
import type { Page } from "@runfleet/model";
import { toPage } from "../page.js";

export interface ListOrder<T> {
  readonly limit: number;
  /** After which the list goes on; the same text in every partition. */
  readonly cursorOf: (row: T) => string;
  /** Less than 0 when the rows of `a` come first. */
  readonly compare: (a: string, b: string) => number;
  /** For rows with the same place in several partitions; without it they are all in the page. */
  readonly join?: (a: T, b: T) => T;
}

/**
 * All partitions were asked for what comes after the same cursor. What lies behind the end of the page that ends first is
 * left for the next one: the partition it is from may have rows before it.
 */
export function mergePages<T>(pages: readonly Page<T>[], order: ListOrder<T>): Page<T> {
  const { limit, cursorOf, compare } = order;
  const ends = pages.flatMap(({ cursor }) => (cursor === undefined ? [] : [cursor])).sort(compare);
  const [firstEnd] = ends;
  const known = pages
    .flatMap(({ rows }) => rows)
    .filter((row) => firstEnd === undefined || compare(cursorOf(row), firstEnd) <= 0)
    .sort((a, b) => compare(cursorOf(a), cursorOf(b)));
  const rows = joined(known, order);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return rows.length > limit && last !== undefined ? toPage(page, cursorOf(last)) : toPage(page, firstEnd);
}

function joined<T>(sorted: readonly T[], { cursorOf, join }: ListOrder<T>): readonly T[] {
  if (join === undefined) return sorted;
  const rows: T[] = [];
  for (const row of sorted) {
    const before = rows.at(-1);
    if (before !== undefined && cursorOf(before) === cursorOf(row)) rows[rows.length - 1] = join(before, row);
    else rows.push(row);
  }
  return rows;
}
