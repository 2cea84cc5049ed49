/** Which page of a list: checked, so that nonsense is refused instead of answered with some other page. Reads nothing. */
import { limits, RunfleetError } from "@runfleet/model";

interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

const defaultPageRows = 50;

/** Cursors are the last row of the page before, as the store's lists have it. */
const cursorForms = {
  runs: /^\d{15}:\S+$/,
  labels: /^[A-Za-z0-9_-]+\.\d{15}:\S+$/,
  gates: /^\d{15}:\S+:\S+$/,
  schedules: /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
  log: /^\d{1,15}-\d{1,15}$/,
  limits: /^[A-Za-z_][A-Za-z0-9_-]*(\/\S*)?$/,
} as const;

const listWords: Readonly<Record<keyof typeof cursorForms, string>> = {
  runs: "a list of runs",
  labels: "a list of runs by how their label begins",
  gates: "a list of gates",
  schedules: "a list of schedules",
  log: "the log of a run",
  limits: "a list of limits",
};

/** Throws `invalid_usage` for a cursor that no page of this list has given. */
export function pageRequest(
  list: keyof typeof cursorForms,
  { limit, cursor }: PageOptions,
): { readonly limit: number; readonly cursor?: string } {
  const rows = pageRows(limit);
  if (cursor === undefined) return { limit: rows };
  if (cursorForms[list].test(cursor)) return { limit: rows, cursor };
  const shown = JSON.stringify(cursor.slice(0, 100));
  throw new RunfleetError(
    "invalid_usage",
    `${shown} is no cursor of ${listWords[list]}: take the one that the page before came with`,
  );
}

export function pageRows(limit: number | undefined): number {
  const rows = limit ?? defaultPageRows;
  if (Number.isInteger(rows) && rows >= 1 && rows <= limits.pageRowsMax) return rows;
  throw new RunfleetError(
    "invalid_usage",
    `limit must be a whole number from 1 to ${limits.pageRowsMax}, not ${rows}`,
  );
}
