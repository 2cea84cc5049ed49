/** How a foreach ends, and its record on the way there. */
import type { Failure, ForeachFrame, ForeachNode, KeptStep } from "@runfleet/model";
import { iterationOf } from "@runfleet/model";
import { boundedFailure } from "../bounds.js";
import { defined } from "../record.js";
import { appendContext, endStep, setEmptyResult, setResult } from "../results.js";
import { keptSettlement } from "../settlement.js";
import { isHalted, note, record, type StepEntry, settle, type Turn } from "../turn.js";
import type { Spot } from "./behaviour.js";
import { outputOf, progressOf, removeItems } from "./foreach-items.js";

type ForeachSpot = Spot<ForeachNode, ForeachFrame>;

const stalledMarker = "foreach_stalled";

export function noteStart(turn: Turn, spot: ForeachSpot): void {
  note(turn, { type: "step.started", kind: "foreach", ...named(spot) });
}

/**
 * Ends the step when nothing is in flight (whoever calls has started all that may start), else records progress. Items
 * that were not started because the run is to stop are no stall: the stop is on its way and ends the step.
 */
export function tally(turn: Turn, spot: ForeachSpot): void {
  const { frame } = spot;
  if (Object.keys(frame.open).length > 0) record(turn, entry(spot, { status: "running" }));
  else if (frame.stopReason !== undefined) stopped(turn, spot);
  else if (!isHalted(turn) || leftOver(frame) === 0) end(turn, spot);
}

/** Items that have neither run nor been skipped. */
function leftOver({ total, completed, failed, skipped }: ForeachFrame): number {
  return total - completed - failed - skipped;
}

/** Fails before or instead of running the items; stops every block around it. */
export function failStep(turn: Turn, spot: ForeachSpot, failure: Failure): undefined {
  fail(turn, spot, { error: boundedFailure(failure), fatal: true });
}

/** Gives up what is still in flight. */
export function stopped(turn: Turn, spot: ForeachSpot): void {
  const { at, node, frame } = spot;
  frame.open = {};
  if (frame.stopReason === undefined) {
    end(turn, spot);
    return;
  }
  note(turn, { type: "step.cancelled", reason: frame.stopReason, ...named(spot) });
  record(turn, entry(spot, { status: "cancelled", context: contextOf(spot) }));
  setEmptyResult(turn, node.name, { status: "cancelled", ordinal: frame.ordinal });
  endStep(turn, { name: node.name, status: "cancelled", ordinal: frame.ordinal });
  settle(turn, at, { type: "cancelled", trail: { [at]: frame } });
}

function end(turn: Turn, spot: ForeachSpot): void {
  const { at, node, frame } = spot;
  const { total, completed, failed } = frame;
  const stalled = frame.phase === "running" && leftOver(frame) > 0;
  const forgiven = node.onChildFail === "continue" && completed > 0;
  const context = contextOf(spot);
  const output = outputOf(turn, at, total);
  if (failed > 0 && !stalled && !forgiven) {
    const error = { code: "items_failed", message: `step '${node.name}' failed: ${context}${reason(frame)}` };
    fail(turn, spot, { error: boundedFailure(error), fatal: false, context, output });
    return;
  }
  const markers = stalled ? [stalledMarker] : [];
  note(turn, { type: "step.completed", markers, ...named(spot) });
  record(turn, entry(spot, { status: "completed", markers, context, output }));
  removeItems(turn, at, total);
  leaveCompleted(turn, spot, { markers, context, output });
}

function leaveCompleted(
  turn: Turn,
  { at, node, frame: { ordinal } }: ForeachSpot,
  left: { markers: string[]; context: string; output?: string | undefined },
): void {
  const { markers, context, output } = left;
  appendContext(turn, { step: node.name, iteration: iterationOf(at), markers, context, output });
  setResult(turn, node.name, { status: "completed", markers, context, ordinal, ...defined({ output }) });
  endStep(turn, { name: node.name, status: "completed", ordinal });
  settle(turn, at, { type: "completed", markers });
}

function reason({ failure }: ForeachFrame): string {
  return failure === undefined ? "" : `; first item '${failure.itemId}': ${failure.message}`;
}

/** A fan-out that a fork keeps as a whole. Its items are not known here: a retry would go through all of them. */
export function keepStep(turn: Turn, spot: ForeachSpot, kept: KeptStep): void {
  const { at, node, frame } = spot;
  const { ordinal } = frame;
  const { status, from, markers, context, output, error, progress } = kept;
  note(turn, { type: "step.kept", status, from, ...named(spot) });
  const left = { markers, context, output, error, progress, keptFrom: from };
  record(turn, { ...entry(spot, { status }), ...defined(left) });
  if (status === "completed") {
    leaveCompleted(turn, spot, { markers, context: context ?? "", output });
    return;
  }
  setEmptyResult(turn, node.name, { status, ordinal, error });
  endStep(turn, { name: node.name, status, ordinal });
  settle(turn, at, keptSettlement(kept, { fatal: false, trail: { [at]: frame } }));
}

/** The items stay in the state, so that an operator's retry runs only what did not complete. */
function fail(
  turn: Turn,
  spot: ForeachSpot,
  end: { error: Failure; fatal: boolean; context?: string; output?: string | undefined },
): void {
  const { at, node, frame } = spot;
  const { error, fatal, context, output } = end;
  note(turn, { type: "step.failed", error, ...named(spot) });
  record(turn, entry(spot, { status: "failed", error, context, output }));
  setEmptyResult(turn, node.name, { status: "failed", ordinal: frame.ordinal, error });
  endStep(turn, { name: node.name, status: "failed", ordinal: frame.ordinal });
  settle(turn, at, { type: "failed", error, fatal, trail: { [at]: frame } });
}

function contextOf({ node, frame }: ForeachSpot): string {
  const { completed, failed, skipped, total } = frame;
  return `foreach ${node.name}: ${completed} completed, ${failed} failed, ${skipped} skipped of ${total} ${node.over}`;
}

function named({ at, node, frame }: ForeachSpot) {
  return { address: at, name: node.name, attempt: frame.attempt };
}

type EntryRest = Pick<StepEntry, "status" | "markers" | "context" | "output" | "error">;

export function entry({ at, node, frame }: ForeachSpot, rest: EntryRest): StepEntry {
  const { kind, attempt, ordinal, startedAt, usage } = frame;
  return {
    address: at,
    name: node.name,
    kind,
    attempt,
    ordinal,
    startedAt,
    progress: progressOf(frame),
    usage,
    ...rest,
  };
}
