/**
 * The rows of one list of runs, page by page, in the order of the list: a list of a parent, a workflow or a status, all
 * statuses together, or the list by labels. Says where the next page begins; reads no record.
 */
import { type ListFilter, runStatuses } from "@runfleet/model";
import type { ChainableCommander } from "ioredis";
import { runKeys, statusKey, workflowRunsKey } from "../keys.js";
import { cursorPlace, labelPlace, placeCursor, placeRow } from "../label-place.js";
import { toRunfleetError, withRedis } from "../redis-failure.js";
import { rowRunId } from "../run-record.js";
import type { Partition } from "./partition.js";
import { readTogether } from "./read-together.js";

export interface ListedRow {
  readonly row: string;
  /** After which the next page begins. */
  readonly cursor: string;
}

export interface RowsPage {
  readonly cursor: string | undefined;
  readonly count: number;
}

type RowFilter = (rows: readonly ListedRow[]) => Promise<readonly ListedRow[]>;

/** A list that may be gone through, or that the rows of another one must be in. */
interface Choice {
  readonly read: RowList["read"];
  readonly keep: RowFilter;
}

export interface RowList {
  readonly read: (page: RowsPage) => Promise<readonly ListedRow[]>;
  /** What else a row must be in, asked by row, so that the records of runs that are left out need not be read. */
  readonly others: readonly RowFilter[];
}

/** The list that is gone through for a filter, the narrowest first. */
export function rowList(partition: Partition, filter: ListFilter): RowList {
  const { tag, keys } = partition;
  const { parentId, workflow, status, label, labelPrefix } = filter;
  const asked = [
    ...(parentId === undefined ? [] : [oneList(partition, runKeys(tag, parentId).children)]),
    ...(workflow === undefined ? [] : [workflowList(partition, workflow)]),
    ...(status === undefined ? [] : [oneList(partition, statusKey(keys, status))]),
  ];
  const all = asked.map(({ keep }) => keep);
  if (label !== undefined) return { read: (page) => rowsOfLabel(partition, label, page), others: all };
  if (labelPrefix !== undefined)
    return { read: (page) => rowsOfPrefix(partition, labelPrefix, page), others: all };
  const [first] = asked;
  if (first !== undefined) return { read: first.read, others: all.slice(1) };
  // A run lies in the list of one status, so all of them together are all runs.
  const merged = runStatuses.map((each) => statusKey(keys, each));
  return { read: (page) => mergedRows(partition, merged, page), others: [] };
}

function oneList(partition: Partition, key: string): Choice {
  return {
    read: (page) => mergedRows(partition, [key], page),
    keep: async (rows) => {
      if (rows.length === 0) return rows;
      const scores = await withRedis("zmscore runs", () =>
        partition.redis.zmscore(key, ...rows.map(({ row }) => row)),
      );
      return rows.filter((_, index) => scores[index] != null);
    },
  };
}

function workflowList(partition: Partition, workflow: string): Choice {
  return {
    read: (page) => rowsOfWorkflow(partition, workflow, page),
    keep: async (rows) => {
      const reads = partition.redis.pipeline();
      for (const { row } of rows) reads.hget(runKeys(partition.tag, rowRunId(row)).run, "workflow");
      const names = await repliesOf(reads, "hget workflow");
      return rows.filter((_, index) => names[index] === workflow);
    },
  };
}

/** Leaves that are looked at together; most hold 64 rows. */
const leavesPerLook = 8;

/** The list lies in leaves, see `workflow_rows.lua`: the newest ones, then what of them the page may have. */
async function rowsOfWorkflow(
  partition: Partition,
  workflow: string,
  { cursor, count }: RowsPage,
): Promise<ListedRow[]> {
  const { redis, tag } = partition;
  const list = workflowRunsKey(tag, workflow);
  const newest = cursor === undefined ? "+" : `(${cursor}`;
  const found: string[] = [];
  let below = newest;
  while (found.length < count) {
    const firsts = await withRedis("zrevrangebylex leaves", () =>
      redis.zrevrangebylex(list, below, "-", "LIMIT", 0, leavesPerLook),
    );
    const reads = redis.pipeline();
    for (const first of firsts) reads.zrevrangebylex(`${list}:${first}`, newest, "-", "LIMIT", 0, count);
    found.push(...((await repliesOf(reads, "zrevrangebylex runs")) as string[][]).flat());
    if (firsts.length < leavesPerLook) break;
    below = `(${firsts.at(-1)}`;
  }
  return found.slice(0, count).map((row) => ({ row, cursor: row }));
}

async function repliesOf(reads: ChainableCommander, what: string): Promise<unknown[]> {
  const replies = (await withRedis(what, () => reads.exec())) ?? [];
  return replies.map(([error, value]) => {
    if (error !== null) throw toRunfleetError(error, what);
    return value;
  });
}

async function mergedRows(
  partition: Partition,
  keys: readonly string[],
  { cursor, count }: RowsPage,
): Promise<ListedRow[]> {
  const newest = cursor === undefined ? "+" : `(${cursor}`;
  const lists = await readTogether(partition.redis, {
    doing: "zrevrangebylex runs",
    ask: (reads) => {
      for (const key of keys) reads.zrevrangebylex(key, newest, "-", "LIMIT", 0, count);
    },
  });
  const rows = (lists as string[][]).flat();
  // A run whose id was used again may still lie where the one before had ended.
  const newestFirst = [...new Set(rows)].sort((a, b) => (a > b ? -1 : 1)).slice(0, count);
  return newestFirst.map((row) => ({ row, cursor: row }));
}

/** Of one label the cursor is a row, as in the lists of all runs. */
async function rowsOfLabel(
  partition: Partition,
  label: string,
  { cursor, count }: RowsPage,
): Promise<ListedRow[]> {
  // The byte after the zero byte ends the range, also where one label begins with another.
  const newest = cursor === undefined ? `(${label}\u0001` : `(${labelPlace(label, cursor)}`;
  const places = await labelRange(partition, { newest, oldest: `[${labelPlace(label, "")}`, count });
  return places.map(placeRow).map((row) => ({ row, cursor: row }));
}

async function rowsOfPrefix(
  partition: Partition,
  labelPrefix: string,
  { cursor, count }: RowsPage,
): Promise<ListedRow[]> {
  // No text has the byte 0xff, so this is after everything that begins so.
  const afterAll = Buffer.concat([Buffer.from(`(${labelPrefix}`), Buffer.of(0xff)]);
  const newest = cursor === undefined ? afterAll : `(${cursorPlace(cursor, labelPrefix)}`;
  const places = await labelRange(partition, { newest, oldest: `[${labelPrefix}`, count });
  return places.map((place) => ({ row: placeRow(place), cursor: placeCursor(place) }));
}

function labelRange(
  { redis, keys }: Partition,
  range: { readonly newest: string | Buffer; readonly oldest: string; readonly count: number },
): Promise<string[]> {
  return withRedis("zrevrangebylex labels", () =>
    redis.zrevrangebylex(keys.runsLabels, range.newest, range.oldest, "LIMIT", 0, range.count),
  );
}
