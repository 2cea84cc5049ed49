/**
 * What calls, scripts and child workflows have in common: attempts, retries, timeouts, `on_fail`, stopping.
 *
 *   running  → (succeeded) settled
 *   running  → (failed) backoff → running …              while retries are left
 *            → settled, or fallback → settled            when they are used up
 *   running  → (time is over) expiring → as failed       when it answers, or is given up
 *   running  → (stop) stopping → settled                 when it answers, or is given up
 *
 * The next attempt begins when the one before has ended; only one that does not stop is given up after a while and
 * may go on beside it. Every attempt has its own record and counts in the totals, however it ended.
 */
import type { AttemptFrame, ChildResult, EngineEvent, Failure, Outcome, Usage } from "@runfleet/model";
import { iterationOf } from "@runfleet/model";
import { backoffMs } from "../backoff.js";
import { boundedOutcome } from "../bounds.js";
import { defined } from "../record.js";
import { addToTotals, appendContext, endStep, setResult } from "../results.js";
import { note, record, setFrame, settle, type Turn, takeOrdinal } from "../turn.js";
import { labelOf, nameOf } from "../variables.js";
import {
  type AttemptSpot,
  entry,
  exhausted,
  fallbackSettled,
  named,
  type RetriedNode,
  stopped,
} from "./attempt-end.js";
import type { NodeBehaviour, Wait } from "./behaviour.js";

/** How an attempt ended; a child run brings what it hands to its parent. */
export interface Answer {
  readonly outcome: Outcome;
  readonly child?: ChildResult;
}

/** What is special about one kind of retried step. */
export interface AttemptKind<N extends RetriedNode> {
  readonly kind: AttemptFrame["kind"];
  /** How long a stopping attempt is waited for. */
  readonly stopMs: number;
  timeoutMs(turn: Turn, node: N): number | undefined;
  /** The answer when nobody needs to be asked. */
  immediate(turn: Turn, spot: AttemptSpot<N>): Answer | undefined;
  ask(turn: Turn, spot: AttemptSpot<N>): void;
  /** The event's answer to the attempt that is open, or nothing when it belongs to another one. */
  answer(spot: AttemptSpot<N>, event: EngineEvent): Answer | undefined;
  /** True when the attempt was never handed out, so that nobody will answer. */
  abort(turn: Turn, spot: AttemptSpot<N>, reason: "cancelled" | "fail_fast" | "timeout"): boolean;
  /** Whether a new activation must ask again. */
  readonly local: boolean;
  /** Told of every answer, before anything is made of it. */
  answered?(turn: Turn, spot: AttemptSpot<N>, answer: Answer): void;
  /** Around the recording of a success: what else later steps get to see. */
  before?(turn: Turn, answer: Answer): void;
  after?(turn: Turn, answer: Answer): void;
  waitsFor(spot: AttemptSpot<N>): Wait;
}

/** Phases in which an attempt has been handed out and has not answered. */
const inFlight: ReadonlySet<AttemptFrame["phase"]> = new Set(["running", "stopping", "expiring"]);

/** The behaviour of a retried step. */
export function attemptBehaviour<N extends RetriedNode>(
  kind: AttemptKind<N>,
): NodeBehaviour<N, AttemptFrame> {
  return {
    open(turn, at, node) {
      const frame = newFrame(turn, kind.kind, { attempt: 1, ordinal: takeOrdinal(turn) });
      begin(turn, kind, { at, node, frame });
    },
    reopen(turn, { at, node, frame: { attempt, ordinal } }) {
      const frame = newFrame(turn, kind.kind, { attempt: attempt + 1, ordinal });
      begin(turn, kind, { at, node, frame });
    },
    on(turn, spot, event) {
      const answer = inFlight.has(spot.frame.phase) ? kind.answer(spot, event) : undefined;
      if (answer === undefined) return "belongs to no open attempt";
      finish(turn, kind, spot, answer);
      return undefined;
    },
    due: (turn, spot) => due(turn, kind, spot),
    childSettled: (turn, spot, child) => fallbackSettled(turn, spot, child),
    stop: (turn, spot, reason) => stop(turn, kind, spot, reason),
    resume(turn, spot) {
      if (!kind.local) return;
      if (spot.frame.phase === "running") kind.ask(turn, spot);
      if (spot.frame.phase === "stopping") stopped(turn, spot);
      if (spot.frame.phase === "expiring") expired(turn, kind, spot);
    },
    waitsFor: (spot) => waitsFor(kind, spot),
  };
}

function newFrame(
  turn: Turn,
  kind: AttemptFrame["kind"],
  { attempt, ordinal }: { attempt: number; ordinal: number },
): AttemptFrame {
  return { kind, phase: "running", attempt, firstAttempt: attempt, ordinal, startedAt: turn.env.now };
}

function begin<N extends RetriedNode>(turn: Turn, kind: AttemptKind<N>, spot: AttemptSpot<N>): void {
  const { at, node, frame } = spot;
  const timeoutMs = kind.timeoutMs(turn, node);
  frame.phase = "running";
  frame.startedAt = turn.env.now;
  delete frame.deadline;
  if (timeoutMs !== undefined) frame.deadline = turn.env.now + timeoutMs;
  setFrame(turn, at, frame);
  note(turn, { type: "step.started", kind: kind.kind, ...named(spot) });
  const answer = kind.immediate(turn, spot);
  if (answer !== undefined) {
    finish(turn, kind, spot, answer);
    return;
  }
  kind.ask(turn, spot);
  record(turn, entry(spot, { status: "running" }));
}

function finish<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  spot: AttemptSpot<N>,
  answer: Answer,
): void {
  const outcome = boundedOutcome(answer.outcome);
  kind.answered?.(turn, spot, answer);
  addToTotals(turn, answer.child?.totals ?? outcome.usage);
  if (spot.frame.phase === "stopping") stopped(turn, spot, outcome.usage);
  else if (spot.frame.phase === "expiring") expired(turn, kind, spot, outcome.usage);
  else if (outcome.type === "succeeded") succeed(turn, kind, spot, { ...answer, outcome });
  else fail(turn, kind, spot, outcome);
}

function succeed<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  spot: AttemptSpot<N>,
  answer: Answer & { readonly outcome: Extract<Outcome, { type: "succeeded" }> },
): void {
  const { at, node, frame } = spot;
  const { markers, context, output, resultText, usage } = answer.outcome;
  note(turn, { type: "step.completed", markers, ...named(spot) });
  record(turn, entry(spot, { status: "completed", markers, context, output, resultText, usage }));
  kind.before?.(turn, answer);
  appendContext(turn, { step: labelOf(node), iteration: iterationOf(at), context, markers, output });
  const childRunId = frame.childId;
  const { ordinal } = frame;
  setResult(turn, nameOf(node), {
    status: "completed",
    markers,
    context,
    ordinal,
    ...defined({ output, childRunId }),
  });
  kind.after?.(turn, answer);
  endStep(turn, { name: nameOf(node), status: "completed", ordinal });
  settle(turn, at, { type: "completed", markers });
}

function fail<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  spot: AttemptSpot<N>,
  outcome: Exclude<Outcome, { type: "succeeded" }>,
): void {
  const error = failureOf(outcome);
  spot.frame.lastError = error;
  if (outcome.type === "timed_out") note(turn, { type: "step.timed_out", ...named(spot) });
  else note(turn, { type: "step.failed", error, ...named(spot) });
  const status = outcome.type === "timed_out" ? "timed_out" : "failed";
  record(turn, entry(spot, { status, error, usage: outcome.usage }));
  if (outcome.type === "timed_out") retry(turn, kind, spot, { error });
  else if (outcome.type === "failed" && outcome.retryable) {
    retry(turn, kind, spot, { error, retryAfterMs: outcome.retryAfterMs });
  } else exhausted(turn, spot);
}

/** Begins the next attempt, now or after its delay, if there is one left. */
function retry<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  spot: AttemptSpot<N>,
  { error, retryAfterMs }: { error: Failure; retryAfterMs?: number | undefined },
): void {
  const { at, node, frame } = spot;
  const failures = frame.attempt - frame.firstAttempt + 1;
  if (failures > node.retries) {
    exhausted(turn, spot);
    return;
  }
  const { retryDelayMs, backoff } = node;
  const delayMs = backoffMs({
    retryDelayMs,
    backoff,
    retryAfterMs,
    runId: turn.env.run.id,
    address: at,
    failures,
  });
  note(turn, { type: "step.retrying", delayMs, error, ...named(spot), attempt: frame.attempt + 1 });
  delete frame.childId;
  if (delayMs === 0) {
    frame.attempt += 1;
    begin(turn, kind, spot);
    return;
  }
  frame.phase = "backoff";
  frame.deadline = turn.env.now + delayMs;
  setFrame(turn, at, frame);
}

function due<N extends RetriedNode>(turn: Turn, kind: AttemptKind<N>, spot: AttemptSpot<N>): void {
  const { node, frame } = spot;
  if (frame.phase === "stopping") {
    stopped(turn, spot);
  } else if (frame.phase === "expiring") {
    expired(turn, kind, spot);
  } else if (frame.phase === "backoff") {
    frame.attempt += 1;
    begin(turn, kind, spot);
  } else {
    // Only a running attempt is left: while its `on_fail` agent runs, a step has no deadline.
    const message = `step '${labelOf(node)}' timed out after ${kind.timeoutMs(turn, node)} ms`;
    frame.lastError = { code: "step_timed_out", message };
    expire(turn, kind, spot);
  }
}

/** The attempt has timed out and is told to stop; until it has, nothing else may begin. */
function expire<N extends RetriedNode>(turn: Turn, kind: AttemptKind<N>, spot: AttemptSpot<N>): void {
  const { at, frame } = spot;
  const { now } = turn.env;
  note(turn, { type: "step.timed_out", ...named(spot) });
  frame.phase = "expiring";
  frame.timedOutAt = now;
  frame.deadline = now + kind.stopMs;
  setFrame(turn, at, frame);
  if (kind.abort(turn, spot, "timeout")) expired(turn, kind, spot);
}

/** An attempt that timed out has ended or is given up. It ended when its time was over; what it still used counts. */
function expired<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  spot: AttemptSpot<N>,
  usage?: Usage,
): void {
  const { frame } = spot;
  const error = frame.lastError ?? { code: "step_timed_out", message: "" };
  record(turn, entry(spot, { status: "timed_out", error, usage, endedAt: frame.timedOutAt }));
  delete frame.timedOutAt;
  if (frame.stopReason === undefined) retry(turn, kind, spot, { error });
  else stopped(turn, spot);
}

function stop<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  spot: AttemptSpot<N>,
  reason: string,
): void {
  const { at, frame } = spot;
  if (frame.phase === "fallback" || frame.phase === "stopping") return;
  frame.stopReason ??= reason;
  if (frame.phase === "expiring") {
    setFrame(turn, at, frame);
    return;
  }
  if (
    frame.phase === "backoff" ||
    kind.abort(turn, spot, reason === "fail_fast" ? "fail_fast" : "cancelled")
  ) {
    stopped(turn, spot);
    return;
  }
  frame.phase = "stopping";
  frame.deadline = turn.env.now + kind.stopMs;
  setFrame(turn, at, frame);
}

function waitsFor<N extends RetriedNode>(kind: AttemptKind<N>, spot: AttemptSpot<N>): Wait {
  const { at, node, frame } = spot;
  if (frame.phase === "fallback") return {};
  if (frame.phase !== "backoff") return kind.waitsFor(spot);
  const until = frame.deadline ?? 0;
  const attempt = frame.attempt + 1;
  return { blockedOn: { type: "retry", address: at, name: nameOf(node), attempt, until } };
}

function failureOf(outcome: Exclude<Outcome, { type: "succeeded" }>): Failure {
  if (outcome.type === "cancelled") return { code: "step_failed", message: `cancelled: ${outcome.reason}` };
  return outcome.type === "timed_out" ? { ...outcome.error, code: "step_timed_out" } : outcome.error;
}
