/** How a retried step ends for good: completed, used up, forgiven, handed to its `on_fail` agent, or stopped. */
import type {
  Address,
  AttemptFrame,
  CallNode,
  ChildNode,
  Failure,
  Outcome,
  ScriptNode,
  StepEnd,
  Usage,
} from "@runfleet/model";
import { errorCodes, fallbackAddress, iterationOf } from "@runfleet/model";
import { boundedFailure } from "../bounds.js";
import { defined } from "../record.js";
import { appendContext, endStep, setEmptyResult, setResult } from "../results.js";
import { note, open, record, type StepEntry, setFrame, settle, type Turn } from "../turn.js";
import { labelOf, nameOf } from "../variables.js";
import type { Answer, AttemptKind } from "./attempt-kind.js";
import type { SettledChild, Spot } from "./behaviour.js";

export type RetriedNode = CallNode | ScriptNode | ChildNode;
export type AttemptSpot<N extends RetriedNode> = Spot<N, AttemptFrame>;

type Success = Answer & { readonly outcome: Extract<Outcome, { type: "succeeded" }> };

/** Done; a child run hands over what it found out around the result. */
export function succeed<N extends RetriedNode>(
  turn: Turn,
  kind: AttemptKind<N>,
  spot: AttemptSpot<N>,
  answer: Success,
): void {
  const { markers, context, output, resultText, usage } = answer.outcome;
  note(turn, { type: "step.completed", markers, ...named(spot) });
  record(turn, entry(spot, { status: "completed", markers, context, output, resultText, usage }));
  leaveSuccess(turn, kind, spot, answer);
}

/** The same once its record is written. */
export function leaveSuccess<N extends RetriedNode>(
  turn: Turn,
  kind: Pick<AttemptKind<N>, "before" | "after">,
  { at, node, frame }: AttemptSpot<N>,
  answer: Success,
): void {
  const { markers, context, output } = answer.outcome;
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

/** What an attempt failed with. */
export function failureOf(outcome: Exclude<Outcome, { type: "succeeded" | "in_doubt" }>): Failure {
  if (outcome.type === "cancelled") return { code: "step_failed", message: `cancelled: ${outcome.reason}` };
  return outcome.type === "timed_out" ? { ...outcome.error, code: "step_timed_out" } : outcome.error;
}

/** No attempt is left: `on_fail` says what that means for the run. */
export function exhausted(turn: Turn, spot: AttemptSpot<RetriedNode>): void {
  const { at, node, frame } = spot;
  if (node.onFail?.kind === "agent") {
    frame.phase = "fallback";
    delete frame.deadline;
    setFrame(turn, at, frame);
    open(turn, fallbackOf(at, frame));
    return;
  }
  if (node.onFail === undefined) {
    failStep(turn, spot);
    return;
  }
  note(turn, { type: "step.skipped", reason: "failed, and on_fail = continue", ...named(spot) });
  leave(turn, spot, { status: "skipped", error: frame.lastError });
  settle(turn, at, { type: "completed", skipped: true });
}

function failStep(turn: Turn, spot: AttemptSpot<RetriedNode>): void {
  const { at, node, frame } = spot;
  const error = frame.lastError ?? { code: "step_failed", message: "" };
  const status = finalStatus(frame);
  leave(turn, spot, { status, error });
  const attempts = frame.attempt - frame.firstAttempt + 1;
  const times = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  const message = `step '${labelOf(node)}' failed after ${times}: ${error.message}`;
  const code = Object.hasOwn(errorCodes, error.code) ? error.code : "step_failed";
  settle(turn, at, {
    type: "failed",
    error: boundedFailure({ code, message }),
    fatal: false,
    trail: { [at]: frame },
  });
}

/** The agent's own end does not matter: the step has failed. */
export function fallbackSettled(
  turn: Turn,
  spot: AttemptSpot<RetriedNode>,
  { settlement }: SettledChild,
): void {
  const { at, frame } = spot;
  if (settlement.type !== "cancelled") {
    failStep(turn, spot);
    return;
  }
  leave(turn, spot, { status: finalStatus(frame), error: frame.lastError });
  settle(turn, at, { type: "cancelled", trail: { [at]: frame } });
}

/** A stopped attempt counts as cancelled, whatever it managed to do before; one that has ended keeps its end. */
export function stopped(
  turn: Turn,
  spot: AttemptSpot<RetriedNode>,
  usage: Usage | undefined = spot.frame.used,
): void {
  const { frame } = spot;
  const hasEnded = frame.phase === "backoff" || frame.phase === "expiring";
  const reason = frame.stopReason ?? "cancelled";
  note(turn, { type: "step.cancelled", reason, ...named(spot) });
  if (!hasEnded) record(turn, entry(spot, { status: "cancelled", usage }));
  leaveStopped(turn, spot);
}

/** The same once its record is written. */
export function leaveStopped(turn: Turn, spot: AttemptSpot<RetriedNode>): void {
  const { at, frame } = spot;
  leave(turn, spot, { status: "cancelled" });
  settle(turn, at, { type: "cancelled", trail: { [at]: frame } });
}

/** What a step leaves that has not completed. */
function leave(
  turn: Turn,
  { node, frame: { ordinal } }: AttemptSpot<RetriedNode>,
  { status, error }: { status: StepEnd["status"]; error?: Failure | undefined },
): void {
  setEmptyResult(turn, nameOf(node), { status, ordinal, error });
  endStep(turn, { name: nameOf(node), status, ordinal });
}

function finalStatus(frame: AttemptFrame): "failed" | "timed_out" {
  return frame.lastError?.code === "step_timed_out" ? "timed_out" : "failed";
}

/** An agent that runs again after an operator's retry must not share the address of the first one. */
function fallbackOf(at: Address, frame: AttemptFrame): Address {
  const address = fallbackAddress(at);
  return frame.firstAttempt === 1 ? address : `${address}@${frame.firstAttempt}`;
}

export function named({ at, node, frame }: AttemptSpot<RetriedNode>) {
  return { address: at, name: nameOf(node), attempt: frame.attempt };
}

type EntryRest = Pick<
  StepEntry,
  "status" | "markers" | "context" | "output" | "resultText" | "error" | "usage" | "endedAt" | "keptFrom"
>;

/** Member by member: to spread one object and add to the copy costs some microseconds a member. */
export function entry({ at, node, frame }: AttemptSpot<RetriedNode>, rest: EntryRest): StepEntry {
  const { kind, attempt, ordinal, startedAt, childId: childRunId } = frame;
  const { status, markers, context, output, resultText, error, usage, endedAt, keptFrom } = rest;
  return {
    address: at,
    name: nameOf(node),
    kind,
    attempt,
    ordinal,
    startedAt,
    childRunId,
    status,
    markers,
    context,
    output,
    resultText,
    error,
    usage,
    endedAt,
    keptFrom,
  };
}
