/**
 * Lists of runs, newest first, in pages. A list by more than one of label, parent, workflow and status is the first one's
 * list with other rows left out; such a page may hold fewer rows than asked for and still have a cursor.
 */

import type { ListFilter, Page, RunRecord, RunStore } from "@runfleet/model";
import { runKeys } from "../keys.js";
import { pageRows, toPage } from "../page.js";
import { toRunfleetError, withRedis } from "../redis-failure.js";
import { rowRunId } from "../run-record.js";
import { forgetExpired } from "./forget-runs.js";
import type { Partition } from "./partition.js";
import { readRuns, recordsPerRead } from "./run-reads.js";
import { type ListedRow, rowList } from "./run-rows.js";

/** The size after which a page ends: a record holds all inputs of its run. */
const pageBytesMax = 4 * 1024 * 1024;
/** Rows looked at together, and for one page before it is given out as it is: a look is two short commands. */
const rowsPerLook = 500;
const rowsPerPageMax = 5_000;

export function runLists(partition: Partition): Pick<RunStore, "listRuns"> {
  return { listRuns: (filter) => listRuns(partition, filter) };
}

async function listRuns(partition: Partition, filter: ListFilter): Promise<Page<RunRecord>> {
  const limit = pageRows(filter.limit);
  const { read: readRows, others } = rowList(partition, filter);
  const asksForRoots = filter.roots === true;
  const runs: RunRecord[] = [];
  let cursor = filter.cursor;
  let bytes = 0;
  let looked = 0;
  let isFirstRead = true;
  while (runs.length < limit && bytes < pageBytesMax && looked < rowsPerPageMax) {
    const wanted = Math.min(limit - runs.length, recordsPerRead);
    // Mostly there are few children between roots, and then a family of thousands.
    const grown = asksForRoots ? Math.max(wanted, 2 * looked) : wanted;
    const count = Math.min(rowsPerLook, others.length === 0 ? grown : rowsPerLook);
    const rows = await readRows({ cursor, count });
    let listed = rows;
    for (const keep of others) listed = await keep(listed);
    const matching = asksForRoots ? await rootsOf(partition, listed) : listed;
    const taken = matching.slice(0, wanted);
    // A row without a record has expired; one whose record does not match has changed this moment.
    const read = await readRuns(
      partition,
      taken.map(({ row }) => rowRunId(row)),
    );
    runs.push(...read.filter((run) => matches(run, filter)));
    bytes += read.reduce((sum, { inputs }) => sum + JSON.stringify(inputs).length, 0);
    looked += rows.length;
    if (isFirstRead && read.length < taken.length) await clearExpired(partition);
    isFirstRead = false;
    const isCut = taken.length < matching.length;
    if (rows.length < count && !isCut) return { rows: runs };
    cursor = (isCut ? taken : rows).at(-1)?.cursor;
  }
  return toPage(runs, cursor);
}

/** Children say in a field of their own who their root is. */
async function rootsOf(partition: Partition, rows: readonly ListedRow[]): Promise<readonly ListedRow[]> {
  if (rows.length === 0) return rows;
  const reads = partition.redis.pipeline();
  for (const { row } of rows) reads.hexists(runKeys(partition.tag, rowRunId(row)).run, "root");
  const replies = (await withRedis("hexists root", () => reads.exec())) ?? [];
  return rows.filter((_, index) => {
    const [error, isChild] = replies[index] ?? [null, 0];
    if (error !== null) throw toRunfleetError(error, "hexists root");
    return isChild === 0;
  });
}

function matches(run: RunRecord, { status, workflow, roots, label, labelPrefix }: ListFilter): boolean {
  return (
    (roots !== true || run.parentId === undefined) &&
    (status === undefined || run.status === status) &&
    (workflow === undefined || run.workflow === workflow) &&
    (label === undefined || run.label === label) &&
    (labelPrefix === undefined || run.label?.startsWith(labelPrefix) === true)
  );
}

/** An idle fleet finishes nothing, so whoever meets an expired row in a list clears some away. */
async function clearExpired(partition: Partition): Promise<void> {
  await forgetExpired(partition, 100).catch(() => {});
}
