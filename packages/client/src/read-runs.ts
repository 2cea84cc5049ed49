/** Reads of the client: one run as a document, pages of runs and gates, workflows, the fleet. Changes nothing. */
import {
  limits,
  type Page,
  type RunDocument,
  RunfleetError,
  type RunRecord,
  type SinkPlace,
  type WorkerPresence,
} from "@runfleet/model";
import { readAncestors } from "./ancestors.js";
import { checkLabels } from "./check-start-options.js";
import type { GatePage, RunPage, WorkflowDocument } from "./client-documents.js";
import type { GateListOptions, ListOptions } from "./client-options.js";
import type { Connections } from "./connections.js";
import type { FleetCountsDocument, FleetDocument, LeadDocument, WorkerDocument } from "./fleet-documents.js";
import { pageRequest } from "./page-request.js";
import { keyedRunId } from "./place-run.js";
import { gateDocument, isoTime, runDocument, runRow } from "./run-document.js";
import { sizePools } from "./scale-pools.js";

export async function readRun({ store }: Pick<Connections, "store">, runId: string): Promise<RunRecord> {
  const run = await store.readRun(runId);
  if (run === undefined) throw runNotFound(runId);
  return run;
}

export function runNotFound(runId: string): RunfleetError {
  return new RunfleetError(
    "run_not_found",
    `no run has the id ${JSON.stringify(runId.slice(0, limits.nameBytesMax))}`,
    {
      details: { runId },
    },
  );
}

export async function readRunDocument(connections: Connections, runId: string): Promise<RunDocument> {
  const { store } = connections;
  const page = { runId, limit: limits.pageRowsMax };
  // Asked in one go, the record first: nothing that it tells of is missing in what comes after it.
  const [run, steps, children] = await Promise.all([
    readRun(connections, runId),
    readAll((cursor) => store.readSteps({ ...page, ...cursor })),
    readAll((cursor) => store.listChildren({ ...page, ...cursor }), limits.childrenToldMax + 1),
  ]);
  return runDocument(run, { steps, children });
}

export async function listRuns(connections: Connections, options: ListOptions): Promise<RunPage> {
  const { store } = connections;
  const { status, workflow, parent, idempotencyKey, roots, label, labelPrefix } = options;
  checkLabels(options);
  if (parent !== undefined && roots === true)
    throw new RunfleetError("invalid_usage", "children are no root runs: leave out the parent or `roots`");
  if (parent !== undefined && (label ?? labelPrefix) !== undefined)
    throw new RunfleetError(
      "invalid_usage",
      "children have the label of their root: leave out the label or the parent",
    );
  const which = pageRequest(label === undefined && labelPrefix !== undefined ? "labels" : "runs", options);
  if (idempotencyKey !== undefined) return runOfKey(connections, options, idempotencyKey);
  if (parent !== undefined) await readRun({ store }, parent);
  const page = await store.listRuns({
    ...which,
    ...(status === undefined ? {} : { status }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(parent === undefined ? {} : { parentId: parent }),
    ...(roots === undefined ? {} : { roots }),
    ...(label === undefined ? {} : { label }),
    ...(labelPrefix === undefined ? {} : { labelPrefix }),
  });
  return { runs: page.rows.map(runRow), cursor: page.cursor ?? null };
}

/** The key says the id, so this is one read. */
async function runOfKey(
  { store, partitions }: Connections,
  { status, workflow, parent, roots, label, labelPrefix }: ListOptions,
  key: string,
): Promise<RunPage> {
  const run = await store.readRun(keyedRunId(key, partitions));
  const isMeant =
    (status === undefined || run?.status === status) &&
    (workflow === undefined || run?.workflow === workflow) &&
    (parent === undefined || run?.parentId === parent) &&
    (roots !== true || run?.parentId === undefined) &&
    (label === undefined || run?.label === label) &&
    (labelPrefix === undefined || run?.label?.startsWith(labelPrefix) === true);
  return { runs: run === undefined || !isMeant ? [] : [runRow(run)], cursor: null };
}

export async function listGates(connections: Connections, options: GateListOptions): Promise<GatePage> {
  const { runId } = options;
  const which = pageRequest("gates", options);
  if (runId !== undefined) await readRun(connections, runId);
  const page = await connections.store.openGates({
    ...which,
    ...(runId === undefined ? {} : { runId }),
  });
  const ancestors = await readAncestors(
    connections,
    page.rows.map((gate) => gate.runId),
  );
  const gates = page.rows.map((gate) => gateDocument(gate, ancestors.get(gate.runId) ?? []));
  return { gates, cursor: page.cursor ?? null };
}

export async function listWorkflows({ store }: Connections): Promise<readonly WorkflowDocument[]> {
  const rows = await readAll((cursor) => store.listWorkflows({ limit: limits.pageRowsMax, ...cursor }));
  return rows
    .map(({ name, hash, publishedAt }) => ({ name, hash, publishedAt: isoTime(publishedAt) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Each costs a small read of its own; a fleet has a handful. */
const leadsMax = 100;

export async function readFleet({ store, queue }: Connections): Promise<FleetDocument> {
  const workers = await store.listWorkers();
  const [pools, sinks, { rows: kept }] = await Promise.all([
    sizePools({ store, queue }, workers),
    store.listSinks({ limit: leadsMax }),
    store.listKept({ limit: limits.pageRowsMax }),
  ]);
  return {
    workers: workers.map(workerDocument),
    pools: pools.map(({ name, backlog, oldestReadyMs = null, decision }) => ({
      name,
      ready: backlog.ready,
      active: backlog.active,
      waiting: backlog.waiting,
      oldestReadyMs,
      wanted: decision.wanted,
      why: decision.why,
    })),
    leads: sinks.map(leadDocument),
    kept: [...kept].sort((a, b) => b.bytes - a.bytes),
  };
}

export async function countFleet({ store, memoryUse }: Connections): Promise<FleetCountsDocument> {
  const [counts, memory] = await Promise.all([store.countFleet(), memoryUse()]);
  return { ...counts, memory };
}

function workerDocument(worker: WorkerPresence): WorkerDocument {
  const { id, pid, host, pools, slots, busy, version, leaving = false, lastSeen } = worker;
  return { id, pid, host, pools, slots, busy, version, leaving, lastSeen: isoTime(lastSeen) };
}

function leadDocument({ sink, holder, behindSince }: SinkPlace): LeadDocument {
  return {
    what: "sink",
    name: sink,
    worker: holder?.workerId ?? null,
    until: holder === undefined ? null : isoTime(holder.until),
    behindSince: behindSince === undefined ? null : isoTime(behindSince),
  };
}

/** The rows of a paged read, page by page, until there are so many; each page is one bounded read. */
export async function readAll<T>(
  readPage: (cursor: { cursor?: string }) => Promise<Page<T>>,
  enough = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const rows: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await readPage(cursor === undefined ? {} : { cursor });
    rows.push(...page.rows);
    if (page.cursor === undefined || rows.length >= enough) return rows;
    cursor = page.cursor;
  }
}
