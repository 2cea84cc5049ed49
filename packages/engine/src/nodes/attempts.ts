/**
 * What calls, scripts and child workflows have in common: attempts, retries, timeouts, `on_fail`, stopping.
 *
 *   running  → (succeeded) settled
 *   running  → (failed) backoff → running …              while retries are left
 *            → settled, or fallback → settled            when they are used up
 *   running  → (time is over) expiring → as failed       when it answers, or is given up
 *   running  → (in doubt) doubt → running, or as failed  when a person has said what happened
 *   running  → (stop) stopping → settled                 when it answers, or is given up
 *
 * The next attempt begins when the one before has ended; only one that does not stop is given up after a while and
 * may go on beside it. Every attempt has its own record and counts in the totals, however it ended.
 */
import type { AttemptFrame, Failure, Outcome, Usage } from "@runfleet/model";
import { backoffMs } from "../backoff.js";
import { boundedFailure, boundedOutcome } from "../bounds.js";
import { defined } from "../record.js";
import { addOwnUsage, addToTotals } from "../results.js";
import { note, record, setFrame, type Turn, takeOrdinal } from "../turn.js";
import { labelOf } from "../variables.js";
import {
  type AttemptSpot,
  entry,
  exhausted,
  failureOf,
  fallbackSettled,
  named,
  type RetriedNode,
  stopped,
  succeed,
} from "./attempt-end.js";
import type { Answer, AttemptKind } from "./attempt-kind.js";
import { attemptWait } from "./attempt-wait.js";
import type { FrameEvent, NodeBehaviour } from "./behaviour.js";
import { answerOfDoubt, closeDoubt, openDoubt, suspectEffect, usedInAll } from "./doubt.js";
import { keepAttempt } from "./kept-attempt.js";

const ofOneAttempt = ["deadline", "given", "returned", "used"] as const;
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
    keep: (turn, spot) => keepAttempt(turn, kind, spot),
    reopen(turn, { at, node, frame: { attempt, ordinal, mayHaveRun } }) {
      const frame = newFrame(turn, kind.kind, { attempt: attempt + 1, ordinal });
      if (mayHaveRun) frame.mayHaveRun = mayHaveRun;
      begin(turn, kind, { at, node, frame });
    },
    on(turn, spot, event) {
      if (event.type === "gateAnswered" && spot.frame.phase === "doubt")
        return resolve(turn, kind, spot, event);
      if (event.type === "attemptReturned") return returned(turn, kind, spot, event);
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
      if (spot.frame.phase === "running") askAgain(turn, kind, spot);
      if (spot.frame.phase === "stopping") stopped(turn, spot);
      if (spot.frame.phase === "expiring") expired(turn, kind, spot);
    },
    waitsFor: (spot) => attemptWait(kind, spot),
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
  for (const member of ofOneAttempt) if (frame[member] !== undefined) delete frame[member];
  if (timeoutMs !== undefined) frame.deadline = turn.env.now + timeoutMs;
  setFrame(turn, at, frame);
  note(turn, { type: "step.started", kind: kind.kind, ...named(spot) });
  const answer = kind.immediate(turn, spot);
  if (answer === undefined) {
    kind.ask(turn, spot);
    record(turn, entry(spot, { status: "running" }));
  } else finish(turn, kind, spot, answer);
}

function finish<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  spot: AttemptSpot<N>,
  answer: Answer,
): void {
  const outcome = boundedOutcome(answer.outcome);
  const { frame } = spot;
  kind.answered?.(turn, spot, answer);
  if (answer.child === undefined) addOwnUsage(turn, outcome.usage);
  else addToTotals(turn, answer.child.totals);
  if (frame.given !== undefined) delete frame.given;
  const usage = usedInAll(frame, outcome.usage);
  const ended = usage === outcome.usage ? outcome : { ...outcome, ...defined({ usage }) };
  if (frame.phase === "stopping") stopped(turn, spot, usage);
  else if (frame.phase === "expiring") expired(turn, kind, spot, usage);
  else if (ended.type === "succeeded") succeed(turn, kind, spot, { ...answer, outcome: ended });
  else if (ended.type === "in_doubt") openDoubt(turn, spot, ended);
  else fail(turn, kind, spot, ended);
}

/** A new owner asks for the attempt that was in flight: it may have run, unless it was handed back or is not run at all. */
function askAgain<N extends RetriedNode>(turn: Turn, kind: AttemptKind<N>, spot: AttemptSpot<N>): void {
  const { at, frame } = spot;
  if (frame.returned === undefined && frame.given === undefined) suspectEffect(turn, frame);
  delete frame.returned;
  setFrame(turn, at, frame);
  kind.ask(turn, spot);
}

/** The worker never began the attempt and gives the run away. Returns why the event is ignored, or nothing. */
function returned<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  { at, frame }: AttemptSpot<N>,
  { attempt }: { readonly attempt: number },
): string | undefined {
  if (!kind.local || frame.phase !== "running" || frame.attempt !== attempt)
    return "belongs to no open attempt";
  frame.returned = true;
  setFrame(turn, at, frame);
  return undefined;
}

/** A person has said what happened. Returns why the answer is ignored, or nothing. */
function resolve<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  spot: AttemptSpot<N>,
  event: Extract<FrameEvent, { type: "gateAnswered" }>,
): string | undefined {
  const { at, node, frame } = spot;
  const said = answerOfDoubt(turn, spot, event);
  if ("ignored" in said) return said.ignored;
  closeDoubt(turn, spot, event);
  if (said.type === "fail") {
    fail(turn, kind, spot, {
      type: "failed",
      error: boundedFailure(said.error),
      retryable: false,
      ...defined({ usage: frame.used }),
    });
    return undefined;
  }
  if (said.type === "retry") delete frame.mayHaveRun;
  else frame.given = said.result;
  frame.phase = "running";
  frame.deadline = turn.env.now + (kind.timeoutMs(turn, node) ?? 0);
  setFrame(turn, at, frame);
  kind.ask(turn, spot);
  record(turn, entry(spot, { status: "running" }));
  return undefined;
}

function fail<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  spot: AttemptSpot<N>,
  outcome: Exclude<Outcome, { type: "succeeded" | "in_doubt" }>,
): void {
  const error = failureOf(outcome);
  if (outcome.type === "failed" && outcome.noEffect) delete spot.frame.mayHaveRun;
  else suspectEffect(turn, spot.frame);
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
  const runId = turn.env.run.id;
  const delayMs = backoffMs({ retryDelayMs, backoff, retryAfterMs, runId, address: at, failures });
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
  else suspectEffect(turn, frame);
}

/** An attempt that timed out has ended or is given up. It ended when its time was over; what it still used counts. */
function expired<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  spot: AttemptSpot<N>,
  usage: Usage | undefined = spot.frame.used,
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
  if (frame.phase === "doubt") {
    closeDoubt(turn, spot);
    stopped(turn, spot);
    return;
  }
  if (
    frame.phase === "backoff" ||
    kind.abort(turn, spot, reason === "fail_fast" ? "fail_fast" : "cancelled")
  ) {
    stopped(turn, spot);
    return;
  }
  if (frame.returned === undefined) suspectEffect(turn, frame);
  frame.phase = "stopping";
  frame.deadline = turn.env.now + kind.stopMs;
  setFrame(turn, at, frame);
}
