/**
 * Lists of runs, newest first, in pages. A list by more than one of parent, workflow and status is the first one's list
 * with other rows left out; such a page may hold fewer rows than asked for and still have a cursor.
 */

import { type ListFilter, type Page, type RunRecord, type RunStore, runStatuses } from "@runfleet/model";
import { runKeys, statusKey, workflowRunsKey } from "../keys.js";
import { pageRows, toPage } from "../page.js";
import { toRunfleetError, withRedis } from "../redis-failure.js";
import { rowRunId } from "../run-record.js";
import { forgetExpired } from "./forget-runs.js";
import type { Partition } from "./partition.js";
import { readRuns } from "./run-reads.js";

/** Records read at once, and the size after which a page ends: a record holds all inputs of its run. */
const recordsPerRead = 50;
const pageBytesMax = 4 * 1024 * 1024;
/** Rows looked at together, and for one page before it is given out as it is: a look is two short commands. */
const rowsPerLook = 500;
const rowsPerPageMax = 5_000;

export function runLists(partition: Partition): Pick<RunStore, "listRuns"> {
  return { listRuns: (filter) => listRuns(partition, filter) };
}

async function listRuns(partition: Partition, filter: ListFilter): Promise<Page<RunRecord>> {
  const limit = pageRows(filter.limit);
  const { merged, others } = listKeys(partition, filter);
  const runs: RunRecord[] = [];
  let cursor = filter.cursor;
  let bytes = 0;
  let looked = 0;
  let isFirstRead = true;
  while (runs.length < limit && bytes < pageBytesMax && looked < rowsPerPageMax) {
    const wanted = Math.min(limit - runs.length, recordsPerRead);
    const count = others.length === 0 ? wanted : rowsPerLook;
    const rows = await readRows(partition, merged, { cursor, count });
    const matching = await inAll(partition, others, rows);
    const taken = matching.slice(0, wanted);
    // A row without a record has expired; one whose record does not match has changed this moment.
    const read = await readRuns(partition, taken.map(rowRunId));
    runs.push(...read.filter((run) => matches(run, filter)));
    bytes += read.reduce((sum, { inputs }) => sum + JSON.stringify(inputs).length, 0);
    looked += rows.length;
    if (isFirstRead && read.length < taken.length) await clearExpired(partition);
    isFirstRead = false;
    const isCut = taken.length < matching.length;
    if (rows.length < count && !isCut) return { rows: runs };
    cursor = isCut ? taken.at(-1) : rows.at(-1);
  }
  return toPage(runs, cursor);
}

interface ListKeys {
  /** The lists that are gone through together. */
  readonly merged: readonly string[];
  /** Those that a row must be in too. */
  readonly others: readonly string[];
}

function listKeys({ tag, keys }: Partition, filter: ListFilter): ListKeys {
  const { parentId, workflow, status } = filter;
  const asked = [
    ...(parentId === undefined ? [] : [runKeys(tag, parentId).children]),
    ...(workflow === undefined ? [] : [workflowRunsKey(tag, workflow)]),
    ...(status === undefined ? [] : [statusKey(keys, status)]),
  ];
  const [first, ...others] = asked;
  // A run lies in the list of one status, so all of them together are all runs.
  if (first === undefined) return { merged: runStatuses.map((each) => statusKey(keys, each)), others };
  return { merged: [first], others };
}

/** Asked by row, so that the records of runs that are left out need not be read. */
async function inAll(
  partition: Partition,
  others: readonly string[],
  rows: readonly string[],
): Promise<readonly string[]> {
  let left = rows;
  for (const key of others) {
    if (left.length === 0) break;
    const asked = left;
    const scores = await withRedis("zmscore runs", () => partition.redis.zmscore(key, ...asked));
    left = asked.filter((_, index) => scores[index] != null);
  }
  return left;
}

function matches(run: RunRecord, filter: ListFilter): boolean {
  const { status, workflow } = filter;
  return (
    (status === undefined || run.status === status) && (workflow === undefined || run.workflow === workflow)
  );
}

async function readRows(
  partition: Partition,
  keys: readonly string[],
  page: { readonly cursor: string | undefined; readonly count: number },
): Promise<string[]> {
  const newest = page.cursor === undefined ? "+" : `(${page.cursor}`;
  const reads = partition.redis.multi();
  for (const key of keys) reads.zrevrangebylex(key, newest, "-", "LIMIT", 0, page.count);
  const replies = (await withRedis("zrevrangebylex runs", () => reads.exec())) ?? [];
  const rows = replies.flatMap(([error, found]) => {
    if (error !== null) throw toRunfleetError(error, "zrevrangebylex runs");
    return found as string[];
  });
  // A run whose id was used again may still lie where the one before had ended.
  return [...new Set(rows)].sort((a, b) => (a > b ? -1 : 1)).slice(0, page.count);
}

/** An idle fleet finishes nothing, so whoever meets an expired row in a list clears some away. */
async function clearExpired(partition: Partition): Promise<void> {
  await forgetExpired(partition, 100).catch(() => {});
}
