/**
 * Reads, in memory: records, steps, lists, gates, history. Same order, cursors and limits as the store on Redis.
 */
import {
  type HistoryEvent,
  isEnded,
  type ListFilter,
  type OpenGate,
  type Page,
  type RunRecord,
  type RunStore,
  type StepRecord,
  type StopSignal,
} from "@runfleet/model";
import { gateRow } from "../gate-text.js";
import { comparePlaces, cursorPlace, labelPlace, placeCursor } from "../label-place.js";
import { pageOf, pageRows, toPage } from "../page.js";
import { toLimitWait } from "../permit-scope.js";
import { rowRunId } from "../run-record.js";
import { readPlace } from "../step-place.js";
import { copy, findRun, type MemoryState, type StoredRun, toRecord } from "./memory-state.js";

type Reads = Pick<
  RunStore,
  | "readRun"
  | "readRuns"
  | "readSealed"
  | "readState"
  | "readSteps"
  | "readHistory"
  | "newestEventId"
  | "followHistory"
  | "awaitEnd"
  | "listRuns"
  | "listChildren"
  | "openGates"
  | "inboxWaiting"
  | "dueAt"
>;

/** Events of one answer to a follower. */
const followRows = 200;

export function memoryReads(state: MemoryState): Reads {
  return {
    readRun: async (runId) => {
      const run = findRun(state, runId);
      return run === undefined ? undefined : recordOf(state, run);
    },
    readRuns: async (runIds) =>
      runIds.slice(0, pageRows(runIds.length)).flatMap((runId) => {
        const run = findRun(state, runId);
        return run === undefined ? [] : [recordOf(state, run)];
      }),
    readSealed: async (runId) => findRun(state, runId)?.sealed ?? {},
    readState: async (runId) => Object.fromEntries(findRun(state, runId)?.parts ?? []),
    readSteps: async (request) => readSteps(findRun(state, request.runId), request),
    readHistory: async ({ runId, after, limit }) =>
      historyAfter(state, runId, { after: after ?? "0", limit }),
    newestEventId: async (runId) => findRun(state, runId)?.history.at(-1)?.id ?? "0-0",
    followHistory: (request) => followHistory(state, request),
    awaitEnd: (request) => awaitEnd(state, request),
    listRuns: async (filter) => listRuns(state, filter),
    listChildren: async ({ runId, limit, cursor }) => {
      const rows = [...(findRun(state, runId)?.children ?? [])].sort();
      const page = pageOf(rowsAfter(rows, cursor), { limit, cursorOf: (row) => row });
      return { ...page, rows: page.rows.map(rowRunId) };
    },
    openGates: async (request) => openGates(state, request),
    inboxWaiting: async (runId) => (findRun(state, runId)?.inbox.length ?? 0) > 0,
    dueAt: async (runId) => state.timers.get(runId),
  };
}

/** In line for a permit, what the run waited for before has come. */
function recordOf({ permits }: MemoryState, run: StoredRun): RunRecord {
  const waiting = permits.waiters.get(run.info.id);
  if (waiting === undefined) return toRecord(run);
  return { ...toRecord(run), blockedOn: [toLimitWait(`${waiting.scope} ${waiting.order}`)] };
}

function readSteps(
  run: StoredRun | undefined,
  page: { readonly limit: number; readonly cursor?: string },
): Page<StepRecord> {
  const from = readPlace(page.cursor);
  const steps = [...(run?.steps.values() ?? [])]
    .filter((step) => step.place >= from)
    .sort((a, b) => a.place - b.place);
  const limit = pageRows(page.limit);
  const rows = steps.slice(0, limit).map((step) => JSON.parse(step.json) as StepRecord);
  return toPage(rows, steps[limit]?.place.toString());
}

function listRuns(state: MemoryState, filter: ListFilter): Page<RunRecord> {
  const { status, workflow, parentId, roots, label, labelPrefix, cursor, limit } = filter;
  const isByLabel = label !== undefined || labelPrefix !== undefined;
  const runs = [...state.runs.keys()]
    .flatMap((id) => findRun(state, id) ?? [])
    .filter((run) => status === undefined || run.status === status)
    .filter((run) => workflow === undefined || run.info.workflow === workflow)
    .filter((run) => parentId === undefined || run.info.parentId === parentId)
    .filter(({ info }) => roots !== true || info.parentId === undefined)
    .filter(({ info }) => !isByLabel || (info.parentId === undefined && info.label !== undefined))
    .filter(({ info }) => label === undefined || info.label === label)
    .filter(({ info }) => labelPrefix === undefined || info.label?.startsWith(labelPrefix));
  const page =
    labelPrefix === undefined || label !== undefined
      ? pageOf(newestFirst(runs, cursor), { limit, cursorOf: (run) => run.row })
      : pageOf(lastLabelFirst(runs, cursor === undefined ? undefined : cursorPlace(cursor, labelPrefix)), {
          limit,
          cursorOf: (run) => placeCursor(placeOf(run)),
        });
  return { ...page, rows: page.rows.map((run) => recordOf(state, run)) };
}

function newestFirst(runs: readonly StoredRun[], cursor: string | undefined): StoredRun[] {
  return runs
    .filter((run) => cursor === undefined || run.row < cursor)
    .sort((a, b) => (a.row > b.row ? -1 : 1));
}

function lastLabelFirst(runs: readonly StoredRun[], before: string | undefined): StoredRun[] {
  return runs
    .filter((run) => before === undefined || comparePlaces(placeOf(run), before) < 0)
    .sort((a, b) => comparePlaces(placeOf(b), placeOf(a)));
}

function placeOf({ info, row }: StoredRun): string {
  return labelPlace(info.label ?? "", row);
}

function openGates(state: MemoryState, request: Parameters<RunStore["openGates"]>[0]): Page<OpenGate> {
  const { runId, limit, cursor } = request;
  if (runId !== undefined) return { rows: gatesOf(findRun(state, runId)).map(([, gate]) => gate) };
  const all = [...state.runs.values()].flatMap(gatesOf).sort(([a], [b]) => (a < b ? -1 : 1));
  const open = all.filter(([row]) => cursor === undefined || row > cursor);
  const page = pageOf(open, { limit, cursorOf: ([row]) => row });
  return { ...page, rows: page.rows.map(([, gate]) => gate) };
}

/** Rows and gates, longest open first. */
function gatesOf(run: StoredRun | undefined): [string, OpenGate][] {
  return [...(run?.gates.values() ?? [])]
    .map((gate): [string, OpenGate] => [gateRow(gate), copy(gate)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function rowsAfter(rows: readonly string[], cursor: string | undefined): readonly string[] {
  return cursor === undefined ? rows : rows.filter((row) => row > cursor);
}

function historyAfter(
  state: MemoryState,
  runId: string,
  page: { readonly after: string; readonly limit: number },
): HistoryEvent[] {
  const after = parseId(page.after);
  const history = findRun(state, runId)?.history ?? [];
  return history
    .filter((event) => isLater(parseId(event.id), after))
    .slice(0, pageRows(page.limit))
    .map(copy);
}

async function followHistory(
  state: MemoryState,
  request: Parameters<RunStore["followHistory"]>[0],
): Promise<readonly HistoryEvent[]> {
  const { runId, after, blockMs, signal } = request;
  const read = () => historyAfter(state, runId, { after, limit: followRows });
  const isAborted = () => signal?.aborted === true;
  const present = read();
  if (present.length > 0 || blockMs <= 0 || isAborted()) return present;
  await nextFact(state, { runId, waitMs: blockMs, signal });
  return isAborted() ? [] : read();
}

async function awaitEnd(
  state: MemoryState,
  { runId, waitMs, signal }: Parameters<RunStore["awaitEnd"]>[0],
): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 || signal?.aborted === true) return false;
    const run = findRun(state, runId);
    if (run === undefined || isEnded(run.status)) return true;
    await nextFact(state, { runId, waitMs: leftMs, signal });
  }
}

/** Resolves when the run's history grows, after `waitMs`, or when stopped. */
async function nextFact(
  state: MemoryState,
  wait: { readonly runId: string; readonly waitMs: number; readonly signal: StopSignal | undefined },
): Promise<void> {
  const { runId, waitMs, signal } = wait;
  await new Promise<void>((resolve) => {
    const waiters = state.historyWaiters.get(runId) ?? new Set();
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      waiters.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, waitMs);
    signal?.addEventListener("abort", wake, { once: true });
    state.historyWaiters.set(runId, waiters.add(wake));
  });
}

interface HistoryId {
  readonly at: number;
  readonly count: number;
}

/** `<ms>-<count>`, as in a stream; the count may be left out. */
function parseId(id: string): HistoryId {
  const [at, count] = id.split("-");
  return { at: Number(at), count: Number(count ?? "0") };
}

function isLater(a: HistoryId, b: HistoryId): boolean {
  return a.at > b.at || (a.at === b.at && a.count > b.count);
}
