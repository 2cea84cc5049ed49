/**
 * Lists of runs, newest first, in pages. A list of both one status and one workflow is the workflow's list with other
 * rows left out; such a page may hold fewer rows than asked for and still have a cursor.
 */

import type { ListFilter, Page, RunRecord, RunStore } from "@runfleet/model";
import { statusKey, workflowRunsKey } from "../keys.js";
import { pageRows, toPage } from "../page.js";
import { toRunfleetError, withRedis } from "../redis-failure.js";
import { rowRunId, toFields, toRunRecord } from "../run-record.js";
import { forgetRunsLater } from "./forget-runs.js";
import type { Partition } from "./partition.js";

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
    const read = await readRecords(partition, rows);
    runs.push(...read.records.filter((run) => matches(run, filter)));
    bytes += read.bytes;
    looked += rows.length;
    if (isFirstRead && read.records.length < rows.length) await forgetExpired(partition);
    isFirstRead = false;
    if (rows.length < wanted) return { rows: runs };
    cursor = rows.at(-1);
  }
  return toPage(runs, cursor);
}

function listKey(partition: Partition, filter: ListFilter): string {
  if (filter.workflow !== undefined) return workflowRunsKey(partition.tag, filter.workflow);
  return filter.status === undefined ? partition.keys.runsAll : statusKey(partition.keys, filter.status);
}

function matches(run: RunRecord, filter: ListFilter): boolean {
  return filter.status === undefined || run.status === filter.status;
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

/** The records that exist. A row without one has expired. */
async function readRecords(
  partition: Partition,
  rows: readonly string[],
): Promise<{ readonly records: RunRecord[]; readonly bytes: number }> {
  if (rows.length === 0) return { records: [], bytes: 0 };
  const pipeline = partition.redis.pipeline();
  for (const row of rows) pipeline.hgetall(partition.keysOf(rowRunId(row)).run);
  const replies = await withRedis("hgetall runs", async () => (await pipeline.exec()) ?? []);
  const records: RunRecord[] = [];
  let bytes = 0;
  for (const [error, fields] of replies) {
    if (error !== null) throw toRunfleetError(error, "hgetall runs");
    const record = toRunRecord(Array.isArray(fields) ? toFields(fields) : (fields as Record<string, string>));
    if (record === undefined) continue;
    records.push(record);
    bytes += (fields as { info?: string }).info?.length ?? 0;
  }
  return { records, bytes };
}

/** An idle fleet finishes nothing, so whoever meets an expired row in a list clears some away. */
async function forgetExpired(partition: Partition): Promise<void> {
  const now = partition.common().now || String(Date.now());
  const entries = await withRedis("zrangebyscore ended", () =>
    partition.redis.zrangebyscore(partition.keys.runsEnded, "-inf", now, "LIMIT", 0, 100),
  );
  await forgetRunsLater(partition, entries);
}
