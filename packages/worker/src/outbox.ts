/**
 * Performs outbox entries: puts runs into the queue, wakes them, starts and cancels children. Every entry may be
 * performed twice (by this worker and by a sweeper) and has the same effect as once. Commands are confirmed by the write
 * that performs them; for the others it answers which entries are done. An `enqueue` is of an earlier version.
 */
import type {
  CancelChild,
  CancelReply,
  ChildResult,
  OutboxEntry,
  RunQueue,
  RunRecord,
  RunStore,
  StartChild,
} from "@runfleet/model";
import {
  isEnded,
  isRunfleetError,
  limits,
  queueJobOf,
  RunfleetError,
  rateFull,
  zeroTotals,
} from "@runfleet/model";
import { parentWakeId, type SecretBox } from "@runfleet/store";
import { traceStart } from "@runfleet/tracing";
import { childRun } from "./child-run.js";
import { placeOfChild } from "./child-trace.js";
import type { Definitions } from "./definitions.js";

export interface OutboxPorts {
  readonly store: RunStore;
  readonly queue: RunQueue;
  readonly definitions: Definitions;
  readonly secrets: SecretBox;
  readonly now: () => number;
  /** For spans. */
  readonly namespace: string;
}

/**
 * Performs one entry and answers the ids that are done with it (a child that raises a limit brings others').
 * `known` saves reading the run when the caller has it.
 */
export async function performEntry(
  entry: OutboxEntry,
  ports: OutboxPorts,
  known?: RunRecord,
): Promise<readonly string[]> {
  switch (entry.type) {
    case "enqueue":
      await enqueue(entry.runId, entry.delayMs, ports);
      return [entry.id];
    case "wake":
      await wake(entry.targetId, entry.pool, ports);
      return [entry.id];
    case "command": {
      const run = known ?? (await ports.store.readRun(entry.runId));
      if (run === undefined) return [entry.id];
      return performCommand(run, { command: entry.command, confirms: entry.id }, ports);
    }
    case "cancelChildren":
      await cancelChildren(entry, ports);
      return [entry.id];
    default:
      return unknownEntry(entry);
  }
}

/** Entries performed at once: enough to fill a window of children, little enough to be fair to other runs. */
const parallelMax = 25;

/** Performs entries a few at a time; those that fail are left out of the answer and stay for a sweeper. */
export async function performEntries(
  entries: readonly OutboxEntry[],
  options: {
    readonly ports: OutboxPorts;
    readonly known: RunRecord;
    readonly onError: (error: unknown) => void;
  },
): Promise<readonly string[]> {
  const done: string[] = [];
  for (let start = 0; start < entries.length; start += parallelMax) {
    const batch = entries.slice(start, start + parallelMax);
    const results = await Promise.allSettled(
      batch.map((entry) => performEntry(entry, options.ports, options.known)),
    );
    for (const result of results) {
      if (result.status === "fulfilled") done.push(...result.value);
      else options.onError(result.reason);
    }
  }
  return done;
}

/** A command and its outbox entry, which the write that performs it confirms. */
interface Entered<C> {
  readonly command: C;
  readonly confirms: string;
}

/** Answers the ids of entries that are done and not confirmed yet. */
async function performCommand(
  parent: RunRecord,
  { command, confirms }: Entered<StartChild | CancelChild>,
  ports: OutboxPorts,
): Promise<readonly string[]> {
  if (command.type === "startChild") return startChild(parent, { command, confirms }, ports);
  const { childId: runId, reason } = command;
  const reply = await ports.store.requestCancel({ runId, reason, by: `run ${parent.id}`, confirms });
  const done = await afterCancel(runId, reply, ports);
  // A child that is not there may still be started by whoever repeats its start, as long as its parent goes on.
  return reply.tag === "not_found" && (await hasEnded(parent.id, ports)) ? [confirms] : done;
}

/** What a cancel leaves to do. Answers the outbox ids that are done. */
export async function afterCancel(
  runId: string,
  reply: CancelReply,
  ports: OutboxPorts,
): Promise<readonly string[]> {
  await settleCancelled(runId, reply, ports);
  if (reply.tag !== "cancelled" || reply.parent === undefined) return [];
  await wake(reply.parent.id, reply.parent.pool, ports);
  return [parentWakeId(runId)];
}

/**
 * After a run was terminated. Page by page; a repeat finds each child already asked, or ended. Their parent has ended, so it
 * needs no wake-up from them; but whoever terminated it may have died before its own job was woken: it would lie parked for
 * as long as the run had meant to wait.
 */
async function cancelChildren(
  { runId, reason }: Extract<OutboxEntry, { type: "cancelChildren" }>,
  ports: OutboxPorts,
): Promise<void> {
  const by = `run ${runId}`;
  let cursor: string | undefined;
  do {
    const request = { runId, limit: limits.pageRowsMax, ...(cursor === undefined ? {} : { cursor }) };
    const page = await ports.store.listChildren(request);
    for (const childId of page.rows) {
      const reply = await ports.store.requestCancel({ runId: childId, reason, by });
      await settleCancelled(childId, reply, ports);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  const run = await ports.store.readRun(runId);
  if (run !== undefined) await ports.queue.wake(runId, run.pool);
}

/** The job of a run that has ended already goes, any other is woken, and so are those who got its permits. */
async function settleCancelled(runId: string, reply: CancelReply, ports: OutboxPorts): Promise<void> {
  if (reply.tag !== "requested" && reply.tag !== "cancelled") return;
  if (reply.tag === "requested") await wake(runId, reply.pool, ports);
  else await ports.queue.remove(runId, reply.pool);
  for (const entry of reply.granted ?? []) await ports.store.outboxDone(await performEntry(entry, ports));
}

async function hasEnded(runId: string, { store }: OutboxPorts): Promise<boolean> {
  const run = await store.readRun(runId);
  return run === undefined || isEnded(run.status);
}

async function enqueue(
  runId: string,
  delayMs: number | undefined,
  { store, queue }: OutboxPorts,
): Promise<void> {
  const run = await store.readRun(runId);
  if (run === undefined || isEnded(run.status)) return;
  await queue.add(queueJobOf(run, delayMs));
}

/**
 * Wakes a parked run; one that lost its job, or whose job ended before it, gets one again. Answers whether that was necessary: a run
 * whose job is ready or in hand needs no wake-up.
 */
export async function wake(
  runId: string,
  pool: string,
  ports: OutboxPorts,
  options: { readonly withinMs?: number } = {},
): Promise<boolean> {
  const reply = await ports.queue.wake(runId, pool, options);
  if (reply === "missing") await enqueue(runId, undefined, ports);
  if (reply !== "ended") return reply !== "not_parked";
  if (await hasEnded(runId, ports)) return false;
  await ports.queue.revive(runId, pool);
  return true;
}

/** Wakes the parent of an ended run and answers the outbox ids that are done; a wake that fails stays for a sweeper. */
export async function wakeParent(
  run: RunRecord,
  options: {
    readonly ports: OutboxPorts;
    readonly onError: (error: unknown) => void;
    /** The parent need not go on before this time has passed. */
    readonly withinMs?: number;
  },
): Promise<readonly string[]> {
  if (run.parentId === undefined) return [];
  try {
    await wake(run.parentId, run.parentPool ?? run.pool, options.ports, options);
    return [parentWakeId(run.id)];
  } catch (error) {
    options.onError(error);
    return [];
  }
}

async function startChild(
  parent: RunRecord,
  entered: Entered<StartChild>,
  ports: OutboxPorts,
): Promise<readonly string[]> {
  try {
    const child = { ...(await childRun(parent, entered.command, ports)), confirms: entered.confirms };
    const place = await placeOfChild(parent, entered.command, ports);
    const reply = await traceStart(child, place, (traced) => ports.store.createRun(traced));
    if (reply.tag === "parent_gone") return [];
    if (reply.tag === "rate_full") throw rateFull(child);
    if (reply.tag !== "created") {
      await ports.queue.add(queueJobOf(child));
      return [];
    }
    const woken: string[] = [];
    for (const entry of reply.granted ?? []) woken.push(...(await performEntry(entry, ports)));
    // Whoever gives it a permit queues one that is in line.
    if (reply.isInLine !== true) await ports.queue.add({ ...queueJobOf(child, reply.delayMs), isNew: true });
    return woken;
  } catch (error) {
    if (!isRunfleetError(error) || error.retryable) throw error;
    await reportUnstartable(parent, entered, error, ports);
    return [];
  }
}

/** A child that can never start has failed: its parent hears it the way it hears any child's end. */
async function reportUnstartable(
  parent: RunRecord,
  { command, confirms }: Entered<StartChild>,
  error: RunfleetError,
  ports: OutboxPorts,
): Promise<void> {
  const result: ChildResult = {
    status: "failed",
    error: { code: error.code, message: error.message },
    markers: [],
    context: "",
    totals: zeroTotals(),
    results: {},
    contexts: [],
  };
  const event = {
    type: "childFinished",
    at: ports.now(),
    childId: command.childId,
    address: command.address,
    result,
  } as const;
  const reply = await ports.store.appendEvent({
    runId: parent.id,
    event,
    dedupeId: `unstartable:${command.childId}`,
    confirms,
  });
  if (reply.tag === "appended") await wake(parent.id, parent.pool, ports);
  if (reply.tag === "full")
    throw new RunfleetError("inbox_full", `run ${parent.id} has too many unread events`);
}

function unknownEntry(entry: never): never {
  throw new RunfleetError("internal", `unknown outbox entry ${JSON.stringify(entry)}`);
}
