/** Why a run is not moving, and what the run that it waits for says, down to the one that decides. Changes nothing. */
import { type Explanation, explain, isEnded, limits, type RunRecord } from "@runfleet/model";
import type { RunExplanation } from "./client-documents.js";
import type { Connections } from "./connections.js";
import { readRun } from "./read-runs.js";

export async function explainRun(connections: Connections, runId: string): Promise<RunExplanation> {
  return await explainDown(connections, await readRun(connections, runId));
}

async function explainDown(connections: Connections, run: RunRecord): Promise<RunExplanation> {
  const { store, queue } = connections;
  const isInLine = run.blockedOn.some(({ type }) => type === "limit");
  const mayBeReady = run.owner === undefined && !isEnded(run.status);
  const [workers, dueAt, permitWait, backlog] = await Promise.all([
    store.listWorkers(),
    store.dueAt(run.id),
    isInLine ? store.permitWait(run.id) : undefined,
    mayBeReady ? queue.backlog(run.pool, { dueBefore: 0 }) : undefined,
  ]);
  const isPoolPaused = backlog?.isPaused === true;
  const explanation = explain({ run, workers, dueAt, permitWait, isPoolPaused, now: connections.time.now() });
  const awaited = await awaitedRun(connections, run, explanation);
  const because = awaited === undefined ? null : await explainDown(connections, awaited);
  return { id: run.id, workflow: run.workflow, status: run.status, ...explanation, because };
}

/** The child that is waited for, of a foreach the newest that waits itself; the depth of families is limited, and so is the way down. */
async function awaitedRun(
  { store }: Connections,
  run: RunRecord,
  { cause }: Explanation,
): Promise<RunRecord | undefined> {
  if (cause === "items") return await blockedItem(store, run);
  if (cause !== "child" || run.depth > limits.workflowDepthMax) return undefined;
  const child = run.blockedOn.find((wait) => wait.type === "child");
  return child === undefined ? undefined : await store.readRun(child.childRunId);
}

async function blockedItem(
  store: Connections["store"],
  { id, depth }: RunRecord,
): Promise<RunRecord | undefined> {
  if (depth > limits.workflowDepthMax) return undefined;
  return (await store.listRuns({ parentId: id, status: "waiting", limit: 1 })).rows[0];
}
