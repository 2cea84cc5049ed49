/** What is left to be judged: every run's document and history, and what Redis still holds. Only reads. */
import type { FleetClient } from "@runfleet/client";
import type { HistoryEvent, RunDocument } from "@runfleet/model";
import type { Redis } from "ioredis";
import type { Effect } from "./ledger.js";
import type { StartedRun } from "./traffic.js";
import type { Trouble } from "./trouble.js";
import type { WorkerLogs } from "./worker-logs.js";

export interface RunEvidence {
  readonly document: RunDocument;
  readonly history: readonly HistoryEvent[];
}

export interface Evidence {
  /** What the store had confirmed to the callers. */
  readonly started: readonly StartedRun[];
  readonly runs: readonly RunEvidence[];
  /** In the order they happened. */
  readonly effects: readonly Effect[];
  readonly troubles: readonly Trouble[];
  /** How worker processes ended that nobody had ended. */
  readonly unasked: readonly string[];
  readonly logs: WorkerLogs;
  /** What Redis holds and should not, one sentence each. */
  readonly leftovers: readonly string[];
}

const openStatuses = ["pending", "running", "waiting", "cancelling"] as const;

/** Ids of runs that have not ended, up to 100 per status. */
export async function openRuns(client: FleetClient): Promise<readonly string[]> {
  const pages = await Promise.all(openStatuses.map((status) => client.list({ status, limit: 100 })));
  return pages.flatMap(({ runs }) => runs.map(({ id }) => id));
}

export async function readRuns(client: FleetClient): Promise<readonly RunEvidence[]> {
  const runs: RunEvidence[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.list({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    for (const { id } of page.runs) runs.push(await readRun(client, id));
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return runs;
}

async function readRun(client: FleetClient, id: string): Promise<RunEvidence> {
  const history: HistoryEvent[] = [];
  for await (const event of client.events(id, { until: "history" })) history.push(event);
  return { document: await client.get(id), history };
}

/** Keys that are empty, so absent, when every run has ended: the store's below the tag, BullMQ's below the pool. */
const emptyAtTheEnd = [
  "outbox",
  "outbox:entries",
  "leases",
  "timers",
  "gates:open",
  ...openStatuses.map((status) => `runs:${status}`),
  ...["wait", "active", "delayed", "prioritized", "waiting-children", "paused"].map(
    (list) => `default:${list}`,
  ),
] as const;

/** Keys of one run or one job that only a run in hand has. */
const passing = [/:lease:[^:]+$/, /:run:[^:]+:(inbox|inbox:ids|gates)$/, /:default:[^:]+:lock$/] as const;

export async function readLeftovers(redis: Redis, tag: string): Promise<readonly string[]> {
  const present = await redis.keys(`${tag}:*`);
  const keys = new Set(present);
  const full = emptyAtTheEnd.map((name) => `${tag}:${name}`).filter((key) => keys.has(key));
  const stale = present.filter((key) => passing.some((pattern) => pattern.test(key)));
  const kept = present.filter((key) => key.startsWith(`${tag}:run:`));
  const lifetimes = await Promise.all(kept.map((key) => redis.pttl(key)));
  const eternal = kept.filter((_key, index) => lifetimes[index] === -1);
  return [
    ...full.map((key) => `${key} is not empty`),
    ...stale.map((key) => `${key} is still there`),
    ...eternal.map((key) => `${key} never expires`),
  ];
}
