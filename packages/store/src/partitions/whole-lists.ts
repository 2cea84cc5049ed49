/** Lists, sums and counts of a whole namespace, put together from those of its partitions. */
import {
  type DayUsage,
  dayNumber,
  type FleetCounts,
  type KeptRuns,
  type ListFilter,
  type OpenGate,
  type Page,
  RunfleetError,
  type RunRecord,
  type RunStore,
  runStatuses,
  type SinkPlace,
  usageNames,
} from "@runfleet/model";
import { gateRow } from "../gate-text.js";
import { comparePlaces, cursorPlace, labelPlace, placeCursor } from "../label-place.js";
import { pageRows, toPage } from "../page.js";
import { runRow } from "../run-record.js";
import { usageRow } from "../usage-row.js";
import { mergePages } from "./merge-pages.js";

export type Partitions = readonly [RunStore, ...RunStore[]];

export function fromAll<S, T>(partitions: readonly S[], ask: (partition: S) => Promise<T>): Promise<T[]> {
  return Promise.all(partitions.map(ask));
}

/** In the order of one partition's list, which is that of creation, or of labels. A cursor means the same in each. */
export async function listRuns(partitions: Partitions, filter: ListFilter): Promise<Page<RunRecord>> {
  const { labelPrefix, label } = filter;
  const pages = await fromAll(partitions, (store) => store.listRuns(filter));
  const order = { limit: pageRows(filter.limit) };
  if (labelPrefix === undefined || label !== undefined)
    return mergePages(pages, { ...order, cursorOf: runRow, compare: (a, b) => comparePlaces(b, a) });
  return mergePages(pages, {
    ...order,
    cursorOf: (run) => placeCursor(labelPlace(run.label ?? "", runRow(run))),
    compare: (a, b) => comparePlaces(cursorPlace(b, labelPrefix), cursorPlace(a, labelPrefix)),
  });
}

type GateRequest = Parameters<RunStore["openGates"]>[0];

/** The oldest gate first. */
export async function openGates(partitions: Partitions, request: GateRequest): Promise<Page<OpenGate>> {
  const pages = await fromAll(partitions, (store) => store.openGates(request));
  return mergePages(pages, { limit: pageRows(request.limit), cursorOf: gateRow, compare: comparePlaces });
}

type UsageRequest = Parameters<RunStore["readUsage"]>[0];

/** A day's sums of a workflow are the sums over the partitions. */
export async function readUsage(partitions: Partitions, request: UsageRequest): Promise<Page<DayUsage>> {
  const pages = await fromAll(partitions, (store) => store.readUsage(request));
  const limit = pageRows(request.limit);
  const cursorOf = ({ day, workflow }: DayUsage): string => usageRow(dayNumber(day) ?? 0, workflow);
  const merged = (of: readonly Page<DayUsage>[]) =>
    mergePages(of, { limit, cursorOf, compare: comparePlaces, join: addDays });
  if (request.workflow === undefined) return merged(pages);
  // Of one workflow a page is so many days, the same in all partitions, and its cursor the next day.
  const { rows } = merged(pages.map((page) => ({ rows: page.rows })));
  return toPage(rows, pages[0]?.cursor);
}

function addDays(a: DayUsage, b: DayUsage): DayUsage {
  const sums = usageNames.map((name) => [name, a[name] + b[name]] as const);
  return {
    ...a,
    ...Object.fromEntries(sums),
    runs: {
      completed: a.runs.completed + b.runs.completed,
      failed: a.runs.failed + b.runs.failed,
      cancelled: a.runs.cancelled + b.runs.cancelled,
    },
  };
}

/** Each partition has a feed of its own; a sink stands where it stands in the one it is furthest behind with. */
export async function listSinks(
  partitions: Partitions,
  request: { readonly limit: number },
): Promise<readonly SinkPlace[]> {
  const places = new Map<string, SinkPlace>();
  for (const place of (await fromAll(partitions, (store) => store.listSinks(request))).flat()) {
    const known = places.get(place.sink);
    const isFurther = (place.behindSince ?? Infinity) < (known?.behindSince ?? Infinity);
    if (known === undefined || isFurther) places.set(place.sink, place);
  }
  return [...places.values()].sort((a, b) => comparePlaces(a.sink, b.sink)).slice(0, request.limit);
}

const cursorsBetween = ",";

/** The next page of each partition that has one, with the sums of each workflow. */
export async function listKept(
  partitions: Partitions,
  request: { readonly limit: number; readonly cursor?: string },
): Promise<Page<KeptRuns>> {
  const cursors = request.cursor?.split(cursorsBetween);
  const pages = await Promise.all(
    partitions.map(async (store, at): Promise<Page<KeptRuns>> => {
      const cursor = cursors?.[at];
      if (cursors !== undefined && !cursor) return { rows: [] };
      return await store.listKept({ limit: request.limit, ...(cursor === undefined ? {} : { cursor }) });
    }),
  );
  const kept = new Map<string, KeptRuns>();
  for (const row of pages.flatMap(({ rows }) => rows)) {
    const { runs = 0, bytes = 0 } = kept.get(row.workflow) ?? {};
    kept.set(row.workflow, { ...row, runs: runs + row.runs, bytes: bytes + row.bytes });
  }
  const isLast = pages.every(({ cursor }) => cursor === undefined);
  const next = pages.map(({ cursor = "" }) => cursor).join(cursorsBetween);
  return toPage([...kept.values()], isLast ? undefined : next);
}

/** Counts are added up; of ages the largest counts. */
export async function countAll(partitions: Partitions): Promise<FleetCounts> {
  const [first, ...others] = await fromAll(partitions, (store) => store.countFleet());
  if (first === undefined) throw new RunfleetError("internal", "there is no partition");
  return others.reduce(addCounts, first);
}

function addCounts(a: FleetCounts, b: FleetCounts): FleetCounts {
  const { runs: runsOfA, ...restOfA } = a;
  const { runs: runsOfB, ...restOfB } = b;
  const sums: Record<string, number> = { ...restOfA };
  for (const [name, value] of Object.entries(restOfB)) {
    const known = sums[name];
    sums[name] = name.endsWith("Ms") ? Math.max(known ?? 0, value) : (known ?? 0) + value;
  }
  const runs = Object.fromEntries(runStatuses.map((status) => [status, runsOfA[status] + runsOfB[status]]));
  return { ...sums, runs } as unknown as FleetCounts;
}
