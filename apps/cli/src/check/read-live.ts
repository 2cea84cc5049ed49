/** Reads what a fleet has open, page by page: versions of workflows with the runs that use them, and its schedules. */
import type { FleetClient } from "@runfleet/client";
import { limits, type RunStatus } from "@runfleet/model";
import type { LiveSchedule, LiveVersion } from "./live-findings.js";

/** Ids that are told of one version. */
const idsToldMax = 20;

const openStatuses = ["pending", "running", "waiting", "cancelling"] as const satisfies readonly RunStatus[];

export interface LiveFleet {
  readonly versions: readonly LiveVersion[];
  readonly runs: number;
  readonly schedules: readonly LiveSchedule[];
  /** Names of published workflows. */
  readonly published: ReadonlySet<string>;
}

export interface ReadLiveOptions {
  /** Failed runs count too: somebody may retry them. */
  readonly withFailed: boolean;
  /** Told after each page. */
  readonly progress: (runs: number) => void;
}

interface Group {
  count: number;
  readonly ids: string[];
}

export async function readLive(fleet: FleetClient, options: ReadLiveOptions): Promise<LiveFleet> {
  const groups = new Map<string, Group>();
  let runs = 0;
  for (const status of [...openStatuses, ...(options.withFailed ? (["failed"] as const) : [])]) {
    for await (const run of pages((cursor) => listPage(fleet, status, cursor))) {
      count(groups, run);
      runs += 1;
      if (runs % limits.pageRowsMax === 0) options.progress(runs);
    }
  }
  const versions: LiveVersion[] = [];
  for (const [hash, group] of groups) {
    const [first = ""] = group.ids;
    const { definition } = await fleet.definition(first);
    versions.push({ hash, definition, runs: group });
  }
  const schedules: LiveSchedule[] = [];
  for await (const schedule of pages((cursor) => schedulePage(fleet, cursor))) schedules.push(schedule);
  const published = new Set((await fleet.workflows()).map(({ name }) => name));
  return { versions: versions.sort(byName), runs, schedules, published };
}

interface PageOf<T> {
  readonly rows: readonly T[];
  readonly cursor: string | null;
}

async function* pages<T>(read: (cursor: { cursor?: string }) => Promise<PageOf<T>>): AsyncGenerator<T> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await read(cursor === undefined ? {} : { cursor });
    yield* page.rows;
    cursor = page.cursor;
  }
}

async function listPage(fleet: FleetClient, status: RunStatus, cursor: { cursor?: string }) {
  const page = await fleet.list({ status, limit: limits.pageRowsMax, ...cursor });
  return { rows: page.runs, cursor: page.cursor };
}

async function schedulePage(fleet: FleetClient, cursor: { cursor?: string }) {
  const page = await fleet.schedules({ limit: limits.pageRowsMax, ...cursor });
  return { rows: page.schedules, cursor: page.cursor };
}

function count(
  groups: Map<string, Group>,
  run: { readonly id: string; readonly definitionHash: string },
): void {
  const group = groups.get(run.definitionHash) ?? { count: 0, ids: [] };
  group.count += 1;
  if (group.ids.length < idsToldMax) group.ids.push(run.id);
  groups.set(run.definitionHash, group);
}

function byName(a: LiveVersion, b: LiveVersion): number {
  return a.definition.name < b.definition.name ? -1 : a.definition.name > b.definition.name ? 1 : 0;
}
