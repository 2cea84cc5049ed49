/** How ended runs leave, in memory: same counting, same order, same conditions as the store on Redis. */
import { isEnded, type KeptRuns, type RunRetention, type TrimReply, type TrimRequest } from "@runfleet/model";
import { beforeAll, pageRows } from "../page.js";
import { rowRunId } from "../run-record.js";
import { eraseRun, findRun, type KeptFamily, type MemoryState, type StoredRun } from "./memory-state.js";

export function memoryRetention(state: MemoryState): RunRetention {
  return {
    fileEnded: async ({ limit }) => {
      const ids = [...state.unfiled.keys()].slice(0, pageRows(limit));
      const workflows = new Set(ids.flatMap((id) => file(state, id) ?? []));
      return { looked: ids.length, workflows: [...workflows] };
    },
    listKept: async ({ limit, cursor }) => {
      const names = [...new Set(keptRoots(state).map(({ family }) => family.workflow))].sort();
      const left = names.filter((name) => cursor === undefined || name > cursor);
      const rows = left.slice(0, pageRows(limit)).map((workflow) => sumOf(state, workflow));
      const last = rows.at(-1);
      return last === undefined || rows.length === left.length ? { rows } : { rows, cursor: last.workflow };
    },
    trimKept: async (request) => trim(state, request),
    removeOrphans: async ({ limit }) => {
      const rows = [...state.orphans].slice(0, pageRows(limit));
      for (const row of rows) removeOrphan(state, row);
      return rows.length;
    },
    forgetExpired: async ({ limit }) => {
      const before = state.runs.size;
      for (const id of [...state.runs.keys()].slice(0, pageRows(limit))) findRun(state, id);
      return before - state.runs.size;
    },
  };
}

function file(state: MemoryState, runId: string): string | undefined {
  state.unfiled.delete(runId);
  const run = findRun(state, runId);
  if (run === undefined || !isEnded(run.status)) return undefined;
  const { rootId } = run.info;
  const root = findRun(state, rootId);
  if (root === undefined) {
    run.expiresAt = state.now();
    return undefined;
  }
  const bytes = bytesOf(run);
  const family = state.kept.get(rootId);
  const isRoot = rootId === runId;
  state.kept.set(rootId, {
    workflow: root.info.workflow,
    bytes: (family?.bytes ?? 0) + bytes - (run.keptBytes ?? 0),
    fed: state.fleetEvents.at(-1)?.id ?? beforeAll,
    ...sinceOf(isRoot ? state.now() : family?.since),
  });
  run.keptBytes = bytes;
  return root.info.workflow;
}

function sinceOf(since: number | undefined): Pick<KeptFamily, "since"> {
  return since === undefined ? {} : { since };
}

function bytesOf(run: StoredRun): number {
  return JSON.stringify([
    run.info,
    [...run.parts],
    [...run.steps],
    run.history,
    run.children,
    run.log?.pieces,
  ]).length;
}

interface KeptRoot {
  readonly row: string;
  readonly rootId: string;
  readonly family: KeptFamily;
  readonly since: number;
}

/** Those that count, oldest first. */
function keptRoots(state: MemoryState): KeptRoot[] {
  return [...state.kept]
    .flatMap(([rootId, family]): KeptRoot[] => {
      const run = state.runs.get(rootId);
      return family.since === undefined || run === undefined
        ? []
        : [{ row: run.row, rootId, family, since: family.since }];
    })
    .sort((a, b) => a.since - b.since || (a.row < b.row ? -1 : 1));
}

function sumOf(state: MemoryState, workflow: string): KeptRuns {
  const roots = keptRoots(state).filter(({ family }) => family.workflow === workflow);
  return { workflow, runs: roots.length, bytes: roots.reduce((sum, { family }) => sum + family.bytes, 0) };
}

function trim(state: MemoryState, request: TrimRequest): TrimReply {
  const { workflow, limit } = request;
  const unarchived: string[] = [];
  let removed = 0;
  const oldest = keptRoots(state).filter(({ family }) => family.workflow === workflow);
  for (const { rootId, family, since } of oldest.slice(0, pageRows(limit))) {
    const { runs, bytes } = sumOf(state, workflow);
    if (runs <= request.countMax && bytes <= request.bytesMax) break;
    const run = findRun(state, rootId);
    if (run === undefined) continue;
    if (!isEnded(run.status)) {
      const { since: _, ...open } = family;
      state.kept.set(rootId, open);
      continue;
    }
    const isTaken = request.sinks.every((name) => !isBefore(state.sinks.get(name)?.place, family.fed));
    if (!isTaken && state.now() - since < request.sinkWaitMs) return { removed, unarchived, isHeld: true };
    eraseRun(state, run);
    removed += 1;
    if (!isTaken) unarchived.push(rootId);
  }
  return { removed, unarchived, isHeld: false };
}

/** Ids of events are `<ms>-<count>`. */
function isBefore(left = beforeAll, right: string): boolean {
  const [a = [], b = []] = [left, right].map((id) => id.split("-").map(Number));
  return (a[0] ?? 0) < (b[0] ?? 0) || (a[0] === b[0] && (a[1] ?? 0) < (b[1] ?? 0));
}

function removeOrphan(state: MemoryState, row: string): void {
  const run = findRun(state, rowRunId(row));
  if (run === undefined) state.orphans.delete(row);
  else if (isEnded(run.status)) eraseRun(state, run);
}
