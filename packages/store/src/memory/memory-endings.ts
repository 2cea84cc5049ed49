/**
 * What ends a run, in memory: what every end has in common, the verdict that no worker can continue it, and somebody
 * who does not want to wait.
 */
import {
  type CancelReply,
  type Finish,
  type FinishReply,
  type Granting,
  isEnded,
  limits,
  type RunStatus,
  type RunStore,
  type TerminateReply,
} from "@runfleet/model";
import { orphansEntry, parentWakeId } from "../outbox-entry.js";
import {
  cancelled,
  terminated,
  type Unowned,
  unownedChildEvent,
  untakenCancelled,
} from "../unowned-child.js";
import { giveBackLease, holdsLease } from "./memory-held-leases.js";
import { returnPermits } from "./memory-permits.js";
import {
  addFact,
  addToOutbox,
  copy,
  findRun,
  type MemoryState,
  nextGeneration,
  noteLostLease,
  pushEvent,
  type StoredRun,
  tellCancel,
  toRecord,
  wakeWaiters,
} from "./memory-state.js";
import { countEnd } from "./memory-usage.js";

type UnownedEndings = Pick<RunStore, "failUnowned" | "terminateRun">;

export function memoryUnownedEndings(state: MemoryState): UnownedEndings {
  return {
    failUnowned: async (request) => failWithoutOwner(state, request),
    terminateRun: async (request) => terminate(state, request),
  };
}

function failWithoutOwner(state: MemoryState, request: Parameters<RunStore["failUnowned"]>[0]): FinishReply {
  const { runId, leaseToken, error, retentionMs } = request;
  const run = findRun(state, runId);
  if (run === undefined) return { tag: "fenced" };
  const isHeld = holdsLease(state, request);
  giveBackLease(state, { runId, nonce: leaseToken });
  if (isEnded(run.status)) return { tag: "duplicate" };
  if (!isHeld) return { tag: "fenced" };
  noteLostLease(state, run);
  run.generation = nextGeneration(state, run);
  run.nonce = leaseToken;
  run.status = "failed";
  run.isUnowned = true;
  run.gatesAway = [...run.gates.values()];
  addFact(state, run, { type: "run.failed", error });
  return {
    tag: "finished",
    ...endUnowned(state, run, { end: { status: "failed", error }, retentionMs }),
  };
}

function terminate(
  state: MemoryState,
  { runId, by }: Parameters<RunStore["terminateRun"]>[0],
): TerminateReply {
  const run = findRun(state, runId);
  if (run === undefined) return { tag: "not_found" };
  if (isEnded(run.status)) return { tag: "ended", status: run.status };
  const end = terminated(by);
  const reason = end.error.message;
  run.generation = nextGeneration(state, run);
  run.nonce = "terminated";
  run.cancel = { reason, by, at: state.now() };
  run.status = "cancelled";
  addFact(state, run, { type: "run.cancelled", reason });
  addToOutbox(state, orphansEntry(runId, reason));
  emptyInbox(run);
  tellCancel(state, runId);
  const granting = endUnowned(state, run, { end, retentionMs: limits.endedRunKeptMs });
  return { tag: "terminated", pool: run.info.pool, ...granting };
}

/** A cancel of a run that no worker has ever taken: there is nothing to clean up. */
export function cancelUntaken(
  state: MemoryState,
  run: StoredRun,
  { reason, by }: { readonly reason: string; readonly by: string },
): CancelReply {
  run.status = "cancelled";
  addFact(state, run, { type: "run.cancelling", reason, by });
  addFact(state, run, { type: "run.cancelled", reason });
  emptyInbox(run);
  const granting = endUnowned(state, run, {
    end: cancelled(reason),
    retentionMs: limits.endedRunKeptMs,
  });
  return untakenCancelled(toRecord(run), granting);
}

function endUnowned(
  state: MemoryState,
  run: StoredRun,
  { end, retentionMs }: { readonly end: Unowned; readonly retentionMs: number },
): Granting {
  const parentEvent = unownedChildEvent(toRecord(run), { ...end, now: state.now() });
  const ending = { error: end.error, summary: end.error.message, retentionMs };
  const { parentWake: _, ...granting } = endRun(
    state,
    run,
    parentEvent === undefined ? ending : { ...ending, parentEvent },
  );
  return granting;
}

/** Events nobody will read. A run that no worker could continue keeps them: it may be retried. */
export function emptyInbox(run: StoredRun): void {
  run.inbox = [];
  run.dedupeIds.clear();
}

/** Nobody owns the run. */
export function disown(state: MemoryState, run: StoredRun, wakeAt: number | undefined): void {
  run.owner = undefined;
  delete run.heartbeatAt;
  if (wakeAt === undefined) state.timers.delete(run.info.id);
  else state.timers.set(run.info.id, wakeAt);
}

type Ending = Pick<Finish, "error" | "summary" | "parentEvent" | "retentionMs">;

type ParentWake = Pick<Extract<FinishReply, { readonly tag: "finished" }>, "parentWake">;

/** Answers whom the run's permits let in, and when its parent must be woken. */
export function endRun(state: MemoryState, run: StoredRun, ending: Ending): Granting & ParentWake {
  run.endedAt = state.now();
  run.summary = ending.summary;
  if (ending.error !== undefined) run.error = copy(ending.error);
  run.blockedOn = [];
  disown(state, run, undefined);
  run.gates.clear();
  const parentWake = tellParent(state, run, ending.parentEvent);
  countEnd(state, run);
  const granting = returnPermits(state, run);
  run.expiresAt = state.now() + Math.max(1, Math.ceil(ending.retentionMs));
  state.unfiled.set(run.info.id, state.now());
  wakeWaiters(state, run.info.id);
  return { ...granting, ...(parentWake === undefined ? {} : { parentWake }) };
}

function tellParent(
  state: MemoryState,
  child: StoredRun,
  told: Finish["parentEvent"],
): ParentWake["parentWake"] {
  const parent = told === undefined ? undefined : findRun(state, told.parentId);
  if (told === undefined || parent === undefined) return undefined;
  if (isEnded(parent.status)) {
    if (parent.isUnowned) parent.inbox.push(JSON.stringify(told.event));
    return undefined;
  }
  pushEvent(state, parent, told.event);
  const parentWake = parentWakeOf(parent, child.status);
  if (parentWake === undefined) return undefined;
  const { id } = child.info;
  const wake = { type: "wake", targetId: told.parentId, pool: parent.info.pool } as const;
  addToOutbox(state, { id: parentWakeId(id), runId: id, ...wake });
  return parentWake;
}

/** See `include/end_run.lua`. */
function parentWakeOf(
  { owner, inbox, patience = 1 }: StoredRun,
  childStatus: RunStatus,
): ParentWake["parentWake"] {
  if (owner !== undefined) return undefined;
  if (childStatus !== "completed" || inbox.length === patience) return "now";
  return inbox.length === 1 ? "soon" : undefined;
}
