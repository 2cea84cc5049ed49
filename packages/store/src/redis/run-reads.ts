/**
 * Reads of one run: its record, steps, children, gates, inbox. Nothing here is unbounded; pages end early when they
 * grow large, because a step may hold hundreds of kilobytes.
 */
import type { OpenGate, Page, RunRecord, RunStore } from "@runfleet/model";
import type { ChainableCommander } from "ioredis";
import { fillWaits, gateRow, namedGates, toOpenGate } from "../gate-text.js";
import { listRunGates } from "../generated/list-run-gates.js";
import { readSteps } from "../generated/read-steps.js";
import { runKeys } from "../keys.js";
import { pageRows, toPage } from "../page.js";
import { toLimitWait } from "../permit-scope.js";
import { toRunfleetError, withRedis } from "../redis-failure.js";
import {
  type RecordTexts,
  readSealed,
  recordTexts,
  rowRunId,
  textFields,
  toFields,
  toParts,
  toRunRecord,
  toTexts,
} from "../run-record.js";
import { runScript } from "../script.js";
import { readPlace } from "../step-place.js";
import { toStep } from "../step-text.js";
import type { Partition } from "./partition.js";
import { readTogether } from "./read-together.js";

type RunReads = Pick<
  RunStore,
  | "readRun"
  | "readRuns"
  | "readSealed"
  | "readState"
  | "readSteps"
  | "listChildren"
  | "openGates"
  | "inboxWaiting"
  | "dueAt"
>;

/** A page of steps ends here: it is one reply of a single-threaded server. */
const stepPageBytesMax = 4 * 1024 * 1024;
/** Records read at once: each holds all inputs of its run. */
export const recordsPerRead = 50;

export function runReads(partition: Partition): RunReads {
  const { redis, tag } = partition;
  return {
    readRun: (runId) => readRun(partition, runId),
    readRuns: async (runIds) => {
      const runs: RunRecord[] = [];
      const asked = runIds.slice(0, pageRows(runIds.length));
      for (let begin = 0; begin < asked.length; begin += recordsPerRead)
        runs.push(...(await readRuns(partition, asked.slice(begin, begin + recordsPerRead))));
      return runs;
    },
    readSealed: async (runId) => {
      const { run, parts } = runKeys(tag, runId);
      const [own, beside] = await asked(redis, (reads) => reads.hget(run, "info").hget(parts, "info"));
      return readSealed((own ?? beside ?? undefined) as string | undefined) ?? {};
    },
    readState: async (runId) => {
      const { run, parts } = runKeys(tag, runId);
      const [fields, beside] = await asked(redis, (reads) => reads.hgetall(run).hgetall(parts));
      return toParts(fields as Record<string, string>, beside as Record<string, string>);
    },
    readSteps: async ({ runId, limit, cursor }) => {
      const { rest } = await runScript(redis, readSteps, {
        keys: partition.keysOf(runId),
        values: { from: readPlace(cursor), limit: pageRows(limit), bytesMax: stepPageBytesMax },
      });
      const [steps, next] = rest as [string[], string];
      return toPage(steps.map(toStep), next);
    },
    listChildren: async ({ runId, limit, cursor }) => {
      const rows = await withRedis("zrangebylex children", () =>
        redis.zrangebylex(runKeys(tag, runId).children, afterRow(cursor), "+", "LIMIT", 0, pageRows(limit)),
      );
      return toPage(rows.map(rowRunId), rows.length === pageRows(limit) ? rows.at(-1) : "");
    },
    openGates: ({ runId, limit, cursor }) =>
      runId === undefined
        ? gatesOfFleet(partition, { limit: pageRows(limit), cursor })
        : gatesOfRun(partition, runId),
    inboxWaiting: async (runId) =>
      (await withRedis("exists inbox", () => redis.exists(runKeys(tag, runId).inbox))) === 1,
    dueAt: (runId) => dueAt(partition, runId),
  };
}

function asked(redis: Partition["redis"], ask: (reads: ChainableCommander) => unknown): Promise<unknown[]> {
  return readTogether(redis, { doing: "read run", ask });
}

/** Parked runs say themselves when they want to be looked at; the others have a place in `timers`. */
async function dueAt({ redis, keys, tag }: Partition, runId: string): Promise<number | undefined> {
  const [due, stored] = (await asked(redis, (reads) =>
    reads.zscore(keys.timers, runId).hmget(runKeys(tag, runId).run, "status", "owner", "wakeAt"),
  )) as [string | null, (string | null)[]];
  if (due !== null) return Number(due);
  const [status, owner, wakeAt] = stored;
  const isParked = (status === "waiting" || status === "cancelling") && owner === null;
  return isParked && wakeAt != null ? Number(wakeAt) : undefined;
}

export async function readRun(partition: Partition, runId: string): Promise<RunRecord | undefined> {
  const [run] = await readRuns(partition, [runId]);
  return run;
}

/** The records of those runs that exist, each at one moment. */
export async function readRuns(partition: Partition, runIds: readonly string[]): Promise<RunRecord[]> {
  if (runIds.length === 0) return [];
  const values = await asked(partition.redis, (reads) => {
    for (const runId of runIds) {
      const { run, parts } = runKeys(partition.tag, runId);
      reads.hgetall(run).hmget(parts, ...recordTexts);
    }
    reads.hmget(partition.keys.permitsWaiters, ...runIds);
  });
  const found = runIds.map((runId, index): FoundRun => {
    const told = values[2 * index] as readonly string[] | Readonly<Record<string, string>>;
    const fields = Array.isArray(told) ? toFields(told) : (told as Record<string, string>);
    const stored = toTexts(fields, textFields(values[2 * index + 1] as (string | null)[]));
    const waits = (values.at(-1) as (string | null)[])[index];
    return {
      runId,
      fields,
      // In line for a permit: what it waited for before has come.
      texts: waits == null ? stored : { ...stored, blockedOn: JSON.stringify([toLimitWait(waits)]) },
    };
  });
  const filled = await fillNamedGates(partition, found);
  return filled.flatMap(({ fields, texts }) => toRunRecord(fields, texts) ?? []);
}

interface FoundRun {
  readonly runId: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly texts: RecordTexts;
}

/** Runs that wait at a gate say which; what it asks lies with the open gates. */
async function fillNamedGates(partition: Partition, runs: readonly FoundRun[]): Promise<readonly FoundRun[]> {
  const rows = runs.flatMap(({ runId, fields, texts }) =>
    namedGates(runId, texts.blockedOn ?? "[]", fields["gates"] ?? ""),
  );
  const told = new Map<string, Map<string, OpenGate>>();
  for (const gate of await readGates(partition, rows)) {
    const gates = told.get(gate.runId) ?? new Map<string, OpenGate>();
    told.set(gate.runId, gates.set(gate.address, gate));
  }
  return runs.map((run) => {
    const { blockedOn } = run.texts;
    if (blockedOn === undefined) return run;
    const filled = fillWaits(blockedOn, told.get(run.runId) ?? new Map<string, OpenGate>());
    return { ...run, texts: { ...run.texts, blockedOn: filled } };
  });
}

/** Those that are open still. */
async function readGates(partition: Partition, rows: readonly string[]): Promise<OpenGate[]> {
  if (rows.length === 0) return [];
  const reads = partition.redis.pipeline();
  for (const row of rows) reads.zrangebylex(partition.keys.gatesOpen, `[${row} `, `(${row}!`, "LIMIT", 0, 1);
  const replies = (await withRedis("read gates", () => reads.exec())) ?? [];
  return replies.flatMap(([error, entries]) => {
    if (error !== null) throw toRunfleetError(error, "read gates");
    return (entries as string[]).map(toOpenGate);
  });
}

async function gatesOfFleet(
  partition: Partition,
  request: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<OpenGate>> {
  const entries = await withRedis("zrangebylex gates", () =>
    partition.redis.zrangebylex(
      partition.keys.gatesOpen,
      request.cursor === undefined ? "-" : `(${request.cursor}!`,
      "+",
      "LIMIT",
      0,
      request.limit,
    ),
  );
  const gates = entries.map(toOpenGate);
  const last = gates.at(-1);
  return toPage(gates, last === undefined || gates.length < request.limit ? undefined : gateRow(last));
}

async function gatesOfRun(partition: Partition, runId: string): Promise<Page<OpenGate>> {
  const { rest } = await runScript(partition.redis, listRunGates, {
    keys: partition.keysOf(runId),
    values: { runId },
  });
  const gates = (rest[0] as string[]).map(toOpenGate);
  return { rows: gates.sort((a, b) => a.since - b.since || (a.address < b.address ? -1 : 1)) };
}

/** Where a page of a list begins when its cursor is the last row of the page before. */
export function afterRow(cursor: string | undefined): string {
  return cursor === undefined ? "-" : `(${cursor}`;
}
