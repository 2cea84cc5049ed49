/**
 * Lists of runs, newest first, in pages. A list by more than one of parent, workflow and status is the first one's list
 * with other rows left out; such a page may hold fewer rows than asked for and still have a cursor.
 */

import type { ListFilter, Page, RunRecord, RunStore } from "@runfleet/model";
import { runKeys, statusKey, workflowRunsKey } from "../keys.js";
import { pageRows, toPage } from "../page.js";
import { withRedis } from "../redis-failure.js";
import { rowRunId } from "../run-record.js";
import { forgetExpired } from "./forget-runs.js";
import type { Partition } from "./partition.js";
import { readRuns } from "./run-reads.js";

/** Records read at once, and the size after which a page ends: a record holds all inputs of its run. */
const recordsPerRead = 50;
const pageBytesMax = 4 * 1024 * 1024;
/** Rows looked at for one page before it is given out as it is. */
const rowsPerPageMax = 1_000;

export function runLists(partition: Partition): Pick<RunStore, "listRuns"> {
  return { listRuns: (filter) => listRuns(partition, filter) };
}

async function listRuns(partition: Partition, filter: ListFilter): Promise<Page<RunRecord>> {
  const limit = pageRows(filter.limit);
  const key = listKey(partition, filter);
  const runs: RunRecord[] = [];
  let cursor = filter.cursor;
  let bytes = 0;
  let looked = 0;
  let isFirstRead = true;
  while (runs.length < limit && bytes < pageBytesMax && looked < rowsPerPageMax) {
    const wanted = Math.min(limit - runs.length, recordsPerRead);
    const rows = await readRows(partition, key, { cursor, count: wanted });
    // A row without a record has expired.
    const read = await readRuns(partition, rows.map(rowRunId));
    runs.push(...read.filter((run) => matches(run, filter)));
    bytes += read.reduce((sum, { inputs }) => sum + JSON.stringify(inputs).length, 0);
    looked += rows.length;
    if (isFirstRead && read.length < rows.length) await clearExpired(partition);
    isFirstRead = false;
    if (rows.length < wanted) return { rows: runs };
    cursor = rows.at(-1);
  }
  return toPage(runs, cursor);
}

function listKey(partition: Partition, filter: ListFilter): string {
  if (filter.parentId !== undefined) return runKeys(partition.tag, filter.parentId).children;
  if (filter.workflow !== undefined) return workflowRunsKey(partition.tag, filter.workflow);
  return filter.status === undefined ? partition.keys.runsAll : statusKey(partition.keys, filter.status);
}

function matches(run: RunRecord, filter: ListFilter): boolean {
  const { status, workflow } = filter;
  return (
    (status === undefined || run.status === status) && (workflow === undefined || run.workflow === workflow)
  );
}

async function readRows(
  partition: Partition,
  key: string,
  page: { readonly cursor: string | undefined; readonly count: number },
): Promise<string[]> {
  const newest = page.cursor === undefined ? "+" : `(${page.cursor}`;
  return await withRedis("zrevrangebylex runs", () =>
    partition.redis.zrevrangebylex(key, newest, "-", "LIMIT", 0, page.count),
  );
}

/** An idle fleet finishes nothing, so whoever meets an expired row in a list clears some away. */
async function clearExpired(partition: Partition): Promise<void> {
  await forgetExpired(partition, 100).catch(() => {});
}
