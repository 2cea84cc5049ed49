/**
 * Pages of lists, the same in both stores.
 */
import { limits, type Page } from "@runfleet/model";

/** Before every id of a stream. */
export const beforeAll = "0-0";

/** At least one row, at most what one read may cost. */
export function pageRows(limit: number): number {
  return Math.min(Math.max(1, Math.floor(limit)), limits.pageRowsMax);
}

/** Rows and cursor; an empty cursor is the last page. */
export function toPage<T>(rows: readonly T[], cursor: string | undefined): Page<T> {
  return cursor === undefined || cursor === "" ? { rows } : { rows, cursor };
}

/** The first page of what is left. A full page has a cursor, even when nothing comes after it. */
export function pageOf<T>(
  left: readonly T[],
  page: { readonly limit: number; readonly cursorOf: (row: T) => string },
): Page<T> {
  const rows = left.slice(0, pageRows(page.limit));
  const last = rows.at(-1);
  return last === undefined || rows.length < pageRows(page.limit)
    ? { rows }
    : { rows, cursor: page.cursorOf(last) };
}
