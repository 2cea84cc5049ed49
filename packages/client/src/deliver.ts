/**
 * Delivers what a durable change asks for: a job for a new run, a wake-up for a parked one. The change itself is in
 * the store already, so a queue that does not answer is not an error of the caller: a worker's sweeper delivers.
 */
import { type CancelReply, type CreateReply, type Granting, type NewRun, queueJobOf } from "@runfleet/model";
import type { Connections } from "./connections.js";

/** Waiting longer for the queue would only delay an answer that is already certain. */
const deliverTimeoutMs = 2_000;

export interface CreatedRun {
  readonly run: NewRun;
  readonly reply: Extract<CreateReply, { tag: "created" }>;
  /** Its job is on its way already. */
  readonly adding?: Promise<void> | undefined;
}

/** Puts new runs into the queue; whoever gives it a permit queues one that is in line. */
export function deliverRuns(connections: Connections, created: readonly CreatedRun[]): Promise<void> {
  const queued = created.flatMap(({ run, reply: { isInLine, delayMs }, adding }) =>
    isInLine === true ? [] : [{ job: queueJobOf(run, delayMs), adding }],
  );
  const [first] = queued;
  if (first === undefined) return Promise.resolve();
  const what = queued.length === 1 ? `run ${first.job.runId} is` : `${queued.length} runs are`;
  return withinReason(connections, `${what} stored but could not be queued`, async () => {
    await Promise.all(queued.map(({ job, adding }) => adding ?? connections.queue.add(job)));
  });
}

/** A run that was refused has no job. One that a worker has taken meanwhile goes when the worker finds no run. */
export function takeBackJob(
  connections: Connections,
  { id, pool }: NewRun,
  adding: Promise<void>,
): Promise<void> {
  return withinReason(connections, `run ${id} was not created and its job could not be removed`, () =>
    adding.then(
      () => connections.queue.remove(id, pool),
      () => {},
    ),
  );
}

/** Wakes a run that has unread events; one without a job gets a new one. */
export function deliverWake(
  connections: Connections,
  runId: string,
  pool: { readonly pool: string },
): Promise<void> {
  return withinReason(connections, `run ${runId} was told but could not be woken`, () =>
    wake(connections, runId, pool),
  );
}

async function wake(
  { queue, store }: Connections,
  runId: string,
  { pool }: { readonly pool: string },
): Promise<void> {
  if ((await queue.wake(runId, pool)) !== "missing") return;
  const run = await store.readRun(runId);
  if (run !== undefined) await queue.add(queueJobOf(run));
}

/** Wakes the runs that a write let in, and confirms the outbox entries that ask for it. */
export function deliverGranted(connections: Connections, { granted = [] }: Granting): Promise<void> {
  if (granted.length === 0) return Promise.resolve();
  const problem = `${granted.length} runs have a permit and could not be woken`;
  return withinReason(connections, problem, async () => {
    const wakes = granted.flatMap((entry) => (entry.type === "wake" ? [entry] : []));
    await Promise.all(wakes.map(({ targetId, pool }) => wake(connections, targetId, { pool })));
    await connections.store.outboxDone(granted.map(({ id }) => id));
  });
}

/** A run that was cancelled before any worker took it needs its job no more; its parent has heard of it. */
export async function deliverCancelled(
  connections: Connections,
  runId: string,
  { pool, parent }: Extract<CancelReply, { tag: "cancelled" }>,
): Promise<void> {
  await withinReason(connections, `run ${runId} has ended but its job could not be removed`, () =>
    connections.queue.remove(runId, pool),
  );
  if (parent !== undefined) await deliverWake(connections, parent.id, parent);
}

async function withinReason(
  connections: Connections,
  problem: string,
  deliver: () => Promise<void>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deliverTimeoutMs} ms`)), deliverTimeoutMs);
  });
  try {
    await Promise.race([deliver(), late]);
  } catch (error) {
    connections.log(
      `${problem} now; a worker will do it (${error instanceof Error ? error.message : String(error)})`,
    );
  } finally {
    clearTimeout(timer);
  }
}
