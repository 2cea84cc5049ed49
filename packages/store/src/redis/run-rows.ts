/**
 * The rows of one list of runs, page by page, in the order of the list: a list of a parent, a workflow or a status, all
 * statuses together, or the list by labels. Says where the next page begins; reads no record.
 */
import { type ListFilter, runStatuses } from "@runfleet/model";
import { runKeys, statusKey, workflowRunsKey } from "../keys.js";
import { cursorPlace, labelPlace, placeCursor, placeRow } from "../label-place.js";
import { toRunfleetError, withRedis } from "../redis-failure.js";
import type { Partition } from "./partition.js";

export interface ListedRow {
  readonly row: string;
  /** After which the next page begins. */
  readonly cursor: string;
}

export interface RowsPage {
  readonly cursor: string | undefined;
  readonly count: number;
}

export interface RowList {
  readonly read: (page: RowsPage) => Promise<readonly ListedRow[]>;
  /** Lists that a row must be in too. */
  readonly others: readonly string[];
}

/** The list that is gone through for a filter, the narrowest first. */
export function rowList(partition: Partition, filter: ListFilter): RowList {
  const { tag, keys } = partition;
  const { parentId, workflow, status, label, labelPrefix } = filter;
  const asked = [
    ...(parentId === undefined ? [] : [runKeys(tag, parentId).children]),
    ...(workflow === undefined ? [] : [workflowRunsKey(tag, workflow)]),
    ...(status === undefined ? [] : [statusKey(keys, status)]),
  ];
  if (label !== undefined) return { read: (page) => rowsOfLabel(partition, label, page), others: asked };
  if (labelPrefix !== undefined)
    return { read: (page) => rowsOfPrefix(partition, labelPrefix, page), others: asked };
  const [first, ...others] = asked;
  // A run lies in the list of one status, so all of them together are all runs.
  const merged = first === undefined ? runStatuses.map((each) => statusKey(keys, each)) : [first];
  return { read: (page) => mergedRows(partition, merged, page), others };
}

async function mergedRows(
  partition: Partition,
  keys: readonly string[],
  { cursor, count }: RowsPage,
): Promise<ListedRow[]> {
  const newest = cursor === undefined ? "+" : `(${cursor}`;
  const reads = partition.redis.multi();
  for (const key of keys) reads.zrevrangebylex(key, newest, "-", "LIMIT", 0, count);
  const replies = (await withRedis("zrevrangebylex runs", () => reads.exec())) ?? [];
  const rows = replies.flatMap(([error, found]) => {
    if (error !== null) throw toRunfleetError(error, "zrevrangebylex runs");
    return found as string[];
  });
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
