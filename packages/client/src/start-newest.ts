/**
 * Starts the newest version of a workflow in one flight: from the definition that this client read last, which the script that
 * creates the run compares with what is published, and with the job sent along. What does not fit writes nothing and is told
 * as nothing: its caller reads the definition anew and starts the run step by step.
 */
import { type CreateReply, isRunfleetError, type NewRun, partitionOf, queueJobOf } from "@runfleet/model";
import type { StartOptions } from "./client-options.js";
import type { Connections, KnownWorkflow, StartTarget } from "./connections.js";
import { type CreatedRun, takeBackJob } from "./deliver.js";
import { createTraced, prepareRun } from "./prepare-run.js";

/** More than a producer starts workflows, less than its memory notices. */
const workflowsKept = 200;

/** A run that was asked for, what the store said, and its job when that was sent along. */
export interface Asked {
  readonly run: NewRun;
  readonly reply: CreateReply;
  readonly adding?: CreatedRun["adding"];
}

/** Keeps the version that was read for a start, and that commands for this partition go out at once: it has been asked. */
export function rememberNewest(connections: Connections, target: StartTarget, { id }: NewRun): void {
  const { known } = connections;
  const { name } = target.definition;
  let workflow = known.get(name);
  if (workflow === undefined || workflow.target.hash !== target.hash) {
    if (known.size >= workflowsKept) known.clear();
    workflow = { target, partitions: new Set(), isLimited: false };
    known.set(name, workflow);
  }
  workflow.partitions.add(partitionOf(id));
}

/** Nothing when the version is to be read first, for whatever reason. */
export async function askAtOnce(
  connections: Connections,
  name: string,
  options: StartOptions,
): Promise<Asked | undefined> {
  const workflow = connections.known.get(name);
  const run = workflow && prepareKnown(connections, workflow, options);
  if (workflow === undefined || run === undefined) return undefined;
  const asked = goesWithJob(workflow, run)
    ? await createWithJob(connections, { ...run, newestOnly: true, withJob: true })
    : { run, reply: await createTraced(connections, { ...run, newestOnly: true }) };
  const { tag } = asked.reply;
  if (tag === "limited") workflow.isLimited = true;
  if (tag === "stale" && connections.known.get(name) === workflow) connections.known.delete(name);
  return tag === "stale" || tag === "limited" ? undefined : asked;
}

/** What this version refuses a newer one may take. */
function prepareKnown(
  connections: Connections,
  { target }: KnownWorkflow,
  options: StartOptions,
): NewRun | undefined {
  try {
    return prepareRun(connections, target, options);
  } catch (error) {
    if (!isRunfleetError(error)) throw error;
    return undefined;
  }
}

/** The store would refuse a run like this for its version alone, or for what operators have set, and then writes nothing. */
function goesWithJob({ isLimited, partitions }: KnownWorkflow, run: NewRun): boolean {
  const { id, idempotencyKey, concurrency, rate, delayMs } = run;
  const mayWait = (concurrency ?? rate ?? delayMs) !== undefined;
  return !isLimited && !mayWait && idempotencyKey === undefined && partitions.has(partitionOf(id));
}

/** Redis takes the two in this order: they go over one connection. */
async function createWithJob(connections: Connections, run: NewRun): Promise<Asked> {
  const creating = createTraced(connections, run);
  const adding = connections.queue.add(queueJobOf(run));
  // Looked at when the run is there.
  adding.catch(() => {});
  try {
    const reply = await creating;
    if (reply.tag === "stale" || reply.tag === "limited") await takeBackJob(connections, run, adding);
    return { run, reply, adding };
  } catch (error) {
    await takeBackJob(connections, run, adding);
    throw error;
  }
}
