/**
 * Writes of anybody, in memory: start a run, put an event into its inbox, answer a gate, ask for a
 * cancel, retry.
 */
import {
  type AnswerReply,
  type AppendReply,
  type CancelReply,
  type CreateReply,
  type GateAnswer,
  type InboxEvent,
  isEnded,
  limits,
  type NewRun,
  type OpenGate,
  type RetryReply,
  type RunStore,
  zeroTotals,
} from "@runfleet/model";
import { startDigest } from "../identifiers.js";
import { toRunInfo } from "../run-record.js";
import { checkNewRun, idempotencyKeptMs, startedEvent } from "../start-of-run.js";
import { cancelUntaken } from "./memory-endings.js";
import { askPermits, returnPermits, spaceStart } from "./memory-permits.js";
import { notePool } from "./memory-scaling.js";
import {
  addFact,
  findRun,
  type GateAnswered,
  type MemoryState,
  newStoredRun,
  pushEvent,
  type StoredRun,
  tellCancel,
} from "./memory-state.js";

type OutsideWrites = Pick<
  RunStore,
  "createRun" | "appendEvent" | "answerGate" | "requestCancel" | "retryRun"
>;

export function memoryOutsideWrites(state: MemoryState): OutsideWrites {
  return {
    createRun: async (run) => {
      checkNewRun(run);
      return createRun(state, run);
    },
    appendEvent: async (request) => appendEvent(state, request),
    answerGate: async (answer) => answerGate(state, answer),
    requestCancel: async (request) => requestCancel(state, request),
    retryRun: async (request) => retryRun(state, request),
  };
}

/** Forgets the outbox entry that asked for a write together with it; false when one is named and not there. */
function confirm(state: MemoryState, { confirms }: { readonly confirms?: string }): boolean {
  return confirms === undefined || state.outbox.delete(confirms);
}

export function createRun(state: MemoryState, run: NewRun): CreateReply;
/** `not due`: the schedule that would start the run stands elsewhere. */
export function createRun(
  state: MemoryState,
  run: NewRun,
  due: "due" | "not due",
): CreateReply | { readonly tag: "not_due" };
export function createRun(
  state: MemoryState,
  run: NewRun,
  due?: "due" | "not due",
): CreateReply | { readonly tag: "not_due" } {
  const isAsked = confirm(state, run);
  const digest = startDigest(run);
  const present = findRun(state, run.id);
  const parent = run.parentId === undefined ? undefined : findWaitingParent(state, run.parentId);
  if (present === undefined && !isAsked) return { tag: "parent_gone" };
  if (present === undefined && run.parentId !== undefined && parent === undefined) {
    return { tag: "parent_gone" };
  }
  if (present === undefined && due === "not due") return { tag: "not_due" };
  const used = findByKey(state, run.idempotencyKey);
  const earlier = present === undefined ? used : { digest: present.digest, runId: run.id };
  if (earlier !== undefined) {
    const { runId: id } = earlier;
    const status = findRun(state, id)?.status ?? "expired";
    return earlier.digest === digest ? { tag: "exists", id, status } : { tag: "conflict", id };
  }
  if (run.newestOnly === true && state.published.get(run.workflow)?.hash !== run.definitionHash)
    return { tag: "stale" };
  if (run.withJob === true && state.permits.set.has(run.workflow)) return { tag: "limited" };
  const noteStart = spaceStart(state, run);
  if (noteStart === undefined) return { tag: "rate_full" };
  const now = state.now();
  if (run.idempotencyKey !== undefined) {
    state.idempotency.set(run.idempotencyKey, { digest, runId: run.id, until: now + idempotencyKeptMs });
  }
  const stored = newStoredRun(toRunInfo(run), digest, zeroTotals());
  if (run.sealed !== undefined) stored.sealed = run.sealed;
  const delayMs = Math.max(run.delayMs ?? 0, noteStart());
  if (delayMs > 0) stored.readyAt = now + delayMs;
  state.runs.set(run.id, stored);
  pushEvent(state, stored, startedEvent(run));
  parent?.children.push(stored.row);
  notePool(state, run.pool);
  state.timers.delete(run.id);
  // A delayed run asks when its time has come.
  const { isIn, ...granting } =
    delayMs > 0 ? { isIn: true } : askPermits(state, run, { hasBegun: false, isNew: true });
  if (!isIn) return { tag: "created", id: run.id, isInLine: true, ...granting };
  state.timers.set(run.id, now + delayMs);
  return { tag: "created", id: run.id, ...(delayMs === 0 ? {} : { delayMs }), ...granting };
}

/** One that no worker could continue may be retried, and then waits for this child. */
function findWaitingParent(state: MemoryState, parentId: string): StoredRun | undefined {
  const parent = findRun(state, parentId);
  return parent === undefined || (isEnded(parent.status) && !parent.isUnowned) ? undefined : parent;
}

/** The start a key was used for, while the key is remembered. */
function findByKey(state: MemoryState, key: string | undefined) {
  const used = key === undefined ? undefined : state.idempotency.get(key);
  return used === undefined || used.until <= state.now() ? undefined : used;
}

function appendEvent(state: MemoryState, request: Parameters<RunStore["appendEvent"]>[0]): AppendReply {
  const { runId, event, dedupeId } = request;
  const run = findRun(state, runId);
  const isKnown = dedupeId !== undefined && run?.dedupeIds.has(dedupeId) === true;
  const isOpen = run !== undefined && !isEnded(run.status);
  if (isOpen && !isKnown && run.inbox.length >= limits.inboxEntriesMax) return { tag: "full" };
  const isAsked = confirm(state, request);
  if (run === undefined) return { tag: "not_found" };
  if (isEnded(run.status)) return { tag: "ended", status: run.status };
  if (isKnown || !isAsked) return { tag: "duplicate" };
  if (dedupeId !== undefined) rememberDedupeId(run, dedupeId);
  pushEvent(state, run, { ...event, at: event.at ?? state.now() } as InboxEvent);
  return { tag: "appended", status: run.status, pool: run.info.pool };
}

function rememberDedupeId(run: StoredRun, dedupeId: string): void {
  run.dedupeIds.add(dedupeId);
  const [oldest] = run.dedupeIds;
  if (run.dedupeIds.size > limits.inboxEntriesMax && oldest !== undefined) run.dedupeIds.delete(oldest);
}

function answerGate(state: MemoryState, answer: GateAnswer): AnswerReply {
  const run = findRun(state, answer.runId);
  if (run === undefined) return { tag: "not_found" };
  const gate = findGate(run, answer.gate);
  if (gate === undefined) {
    const earlier = findAnswer(run, answer.gate);
    if (earlier !== undefined) {
      return { tag: "answered", by: earlier.by, verdict: earlier.verdict, at: earlier.at };
    }
    return isEnded(run.status) ? { tag: "ended", status: run.status } : { tag: "not_open" };
  }
  const { address, name, deadline } = gate;
  const { verdict, by, feedback, selections, result } = answer;
  const at = state.now();
  if (deadline < at) return { tag: "late", deadline };
  run.gates.delete(address);
  run.answers = [
    { address, name, at, verdict, by },
    ...run.answers.filter((each) => each.address !== address),
  ];
  pushEvent(state, run, {
    ...{ at, address, type: "gateAnswered", verdict, by },
    ...(feedback === undefined ? {} : { feedback }),
    ...(selections === undefined ? {} : { selections: [...selections] }),
    ...(result === undefined ? {} : { result }),
  });
  return { tag: "accepted", address, pool: run.info.pool };
}

/** By address, else the oldest of that name, else the only open one. */
function findGate(run: StoredRun, wanted: string | undefined): OpenGate | undefined {
  const open = [...run.gates.values()];
  if (wanted === undefined) return open.length === 1 ? open[0] : undefined;
  const named = open.filter((gate) => gate.name === wanted).sort((a, b) => a.since - b.since);
  return run.gates.get(wanted) ?? named[0];
}

/** Newest first, so the first that fits is the newest. */
function findAnswer(run: StoredRun, wanted: string | undefined): GateAnswered | undefined {
  if (wanted === undefined) return run.answers[0];
  return (
    run.answers.find((answer) => answer.address === wanted) ??
    run.answers.find((answer) => answer.name === wanted)
  );
}

function requestCancel(state: MemoryState, request: Parameters<RunStore["requestCancel"]>[0]): CancelReply {
  const { runId, reason, by } = request;
  const run = findRun(state, runId);
  if (run === undefined) return { tag: "not_found" };
  confirm(state, request);
  if (isEnded(run.status)) return { tag: "ended", status: run.status };
  if (run.cancel !== undefined) {
    tellCancel(state, runId);
    return { tag: "already", cancel: { ...run.cancel } };
  }
  const at = state.now();
  run.cancel = { reason, by, at };
  if (run.generation === 0) return cancelUntaken(state, run, { reason, by });
  tellCancel(state, runId);
  run.status = "cancelling";
  pushEvent(state, run, { at, type: "cancelRequested", reason, by });
  const granting = run.owner === undefined ? returnPermits(state, run) : {};
  return { tag: "requested", status: run.status, pool: run.info.pool, ...granting };
}

function retryRun(state: MemoryState, { runId, by }: Parameters<RunStore["retryRun"]>[0]): RetryReply {
  const run = findRun(state, runId);
  if (run === undefined) return { tag: "not_found" };
  if (run.status !== "failed") return { tag: "not_failed", status: run.status };
  const { isUnowned, gatesAway = [] } = run;
  for (const gate of gatesAway) run.gates.set(gate.address, gate);
  for (const member of [
    "expiresAt",
    "endedAt",
    "summary",
    "error",
    "isUnowned",
    "gatesAway",
    "cancel",
  ] as const)
    delete run[member];
  run.recoveries = 0;
  run.status = "pending";
  if (isUnowned) {
    addFact(state, run, { type: "run.retried", by });
    state.timers.set(runId, state.now());
  } else pushEvent(state, run, { at: state.now(), type: "retryRequested", by });
  return { tag: "retried", status: run.status, pool: run.info.pool };
}
