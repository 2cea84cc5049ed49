/** Reads what a fleet has open, page by page: versions of workflows with the runs that use them, and its schedules. */
import type { FleetClient } from "@runfleet/client";
import { type Definition, isRunfleetError, limits, type RunStatus } from "@runfleet/model";
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

interface Group extends LiveVersion {
  readonly runs: { count: number; readonly ids: string[] };
}

export async function readLive(fleet: FleetClient, options: ReadLiveOptions): Promise<LiveFleet> {
  const groups = new Map<string, Group>();
  let runs = 0;
  for (const status of [...openStatuses, ...(options.withFailed ? (["failed"] as const) : [])]) {
    for await (const run of pages((cursor) => listPage(fleet, status, cursor))) {
      if (!(await count(fleet, groups, run))) continue;
      runs += 1;
      if (runs % limits.pageRowsMax === 0) options.progress(runs);
    }
  }
  const schedules: LiveSchedule[] = [];
  for await (const schedule of pages((cursor) => schedulePage(fleet, cursor))) schedules.push(schedule);
  const published = new Set((await fleet.workflows()).map(({ name }) => name));
  return { versions: [...groups.values()].sort(byName), runs, schedules, published };
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

/** The first run of a version brings the version; one that was removed after its page was read does not count. */
async function count(
  fleet: FleetClient,
  groups: Map<string, Group>,
  { id, definitionHash: hash }: { readonly id: string; readonly definitionHash: string },
): Promise<boolean> {
  const known = groups.get(hash);
  const definition = known?.definition ?? (await definitionOf(fleet, id));
  if (definition === undefined) return false;
  const group = known ?? { hash, definition, runs: { count: 0, ids: [] } };
  group.runs.count += 1;
  if (group.runs.ids.length < idsToldMax) group.runs.ids.push(id);
  groups.set(hash, group);
  return true;
}

async function definitionOf(fleet: FleetClient, runId: string): Promise<Definition | undefined> {
  try {
    return (await fleet.definition(runId)).definition;
  } catch (error) {
    if (isRunfleetError(error) && error.code === "run_not_found") return undefined;
    throw error;
  }
}

function byName(a: LiveVersion, b: LiveVersion): number {
  return a.definition.name < b.definition.name ? -1 : a.definition.name > b.definition.name ? 1 : 0;
}
