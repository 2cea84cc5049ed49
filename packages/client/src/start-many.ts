/**
 * Starts many runs: everything is checked before the first is written, then they are written a hundred at a time, each
 * hundred in two round trips. What can only be known while writing (a key that is taken, a Redis that goes away) is said
 * per entry; nothing that was started is taken back.
 */
import { isRunfleetError, limits, type NewRun, RunfleetError } from "@runfleet/model";
import { checkName, checkStartOptions } from "./check-start-options.js";
import type { StartEntry, StartManyOptions } from "./client-options.js";
import type { Connections, StartTarget } from "./connections.js";
import { deliverRuns } from "./deliver.js";
import { letInMore } from "./limit-workflows.js";
import { createTraced, findTarget, prepareRun } from "./prepare-run.js";
import { type Started, settleStart } from "./start-run.js";

export type StartOutcome =
  | { readonly type: "started"; readonly run: Started }
  | { readonly type: "refused"; readonly error: RunfleetError };

/** Small enough to be fair to others that use this Redis, large enough that the way there does not matter. */
const writtenAtOnce = 100;

/** Outcomes in the order of the entries. Throws for the first entry that cannot be started; nothing is written then. */
export async function startMany(
  connections: Connections,
  entries: readonly StartEntry[],
  { onProgress }: StartManyOptions,
): Promise<readonly StartOutcome[]> {
  const runs = await prepareAll(connections, entries);
  const outcomes: StartOutcome[] = [];
  for (let first = 0; first < runs.length; first += writtenAtOnce) {
    const written = await startHundred(connections, runs.slice(first, first + writtenAtOnce));
    outcomes.push(...written);
    onProgress?.(outcomes.length);
    const lost = written.find(isLost);
    if (lost !== undefined)
      return [...outcomes, ...runs.slice(outcomes.length).map(() => notTried(lost.error))];
  }
  return outcomes;
}

async function prepareAll(connections: Connections, entries: readonly StartEntry[]): Promise<NewRun[]> {
  if (entries.length > limits.startManyMax) {
    const message = `${entries.length} starts at once; at most ${limits.startManyMax} are allowed`;
    throw new RunfleetError("too_large", message, { details: { limit: "startManyMax" } });
  }
  for (const [index, entry] of entries.entries()) {
    atEntry(index, () => {
      checkName("workflow name", entry.workflow);
      checkStartOptions(entry);
    });
  }
  const targets = new Map<string, StartTarget>();
  for (const [index, { workflow }] of entries.entries()) {
    if (targets.has(workflow)) continue;
    targets.set(
      workflow,
      await findTarget(connections, workflow).catch((error) => refuseEntry(index, error)),
    );
  }
  return entries.map(({ workflow, ...options }, index) =>
    atEntry(index, () => prepareRun(connections, targets.get(workflow) as StartTarget, options)),
  );
}

function atEntry<T>(index: number, check: () => T): T {
  try {
    return check();
  } catch (error) {
    return refuseEntry(index, error);
  }
}

/** Says which entry it is; counted from 0, as programs do. */
function refuseEntry(index: number, error: unknown): never {
  if (!isRunfleetError(error)) throw error;
  const details = { ...error.details, index };
  throw new RunfleetError(error.code, `entry ${index}: ${error.message}`, { details, cause: error });
}

async function startHundred(connections: Connections, runs: readonly NewRun[]): Promise<StartOutcome[]> {
  // Sent without waiting for each other: one round trip, and Redis takes them in this order.
  const replies = await Promise.allSettled(runs.map((run) => createTraced(connections, run)));
  const created = replies.flatMap((reply, index) => {
    const run = runs[index];
    return reply.status === "fulfilled" && reply.value.tag === "created" && run !== undefined
      ? [{ run, reply: reply.value }]
      : [];
  });
  await deliverRuns(connections, created);
  for (const { run, reply } of created) await letInMore(connections, run.workflow, reply);
  return replies.map((reply, index) => outcomeOf(runs[index] as NewRun, reply));
}

type Reply = PromiseSettledResult<Parameters<typeof settleStart>[1]>;

function outcomeOf(run: NewRun, reply: Reply): StartOutcome {
  try {
    if (reply.status === "rejected") throw reply.reason;
    return { type: "started", run: settleStart(run, reply.value) };
  } catch (error) {
    if (!isRunfleetError(error)) throw error;
    return { type: "refused", error };
  }
}

function isLost(outcome: StartOutcome): outcome is Extract<StartOutcome, { type: "refused" }> {
  return outcome.type === "refused" && outcome.error.code === "redis_unavailable";
}

function notTried(cause: RunfleetError): StartOutcome {
  const message = "not started: Redis had failed an entry before";
  return { type: "refused", error: new RunfleetError("redis_unavailable", message, { cause }) };
}
