/**
 * Delivers what a durable change asks for: a job for a new run, a wake-up for a parked one. The change itself is in
 * the store already, so a queue that does not answer is not an error of the caller: a worker's sweeper delivers.
 */
import { type NewRun, queueJobOf } from "@runfleet/model";
import type { Connections } from "./connections.js";

/** Waiting longer for the queue would only delay an answer that is already certain. */
const deliverTimeoutMs = 2_000;

/** Puts new runs into the queue and confirms the outbox entries that asked for it. */
export function deliverRuns(
  connections: Connections,
  created: readonly { readonly run: NewRun; readonly outboxId: string }[],
): Promise<void> {
  const [first] = created;
  if (first === undefined) return Promise.resolve();
  const what = created.length === 1 ? `run ${first.run.id} is` : `${created.length} runs are`;
  return withinReason(connections, `${what} stored but could not be queued`, async () => {
    await Promise.all(created.map(({ run }) => connections.queue.add(queueJobOf(run, run.delayMs))));
    await connections.store.outboxDone(created.map(({ outboxId }) => outboxId));
  });
}

/** Wakes a run that has unread events; one without a job gets a new one. */
export function deliverWake(
  connections: Connections,
  runId: string,
  pool: { readonly pool: string },
): Promise<void> {
  return withinReason(connections, `run ${runId} was told but could not be woken`, async () => {
    const reply = await connections.queue.wake(runId, pool.pool);
    if (reply !== "missing") return;
    const run = await connections.store.readRun(runId);
    if (run !== undefined) await connections.queue.add(queueJobOf(run));
  });
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
