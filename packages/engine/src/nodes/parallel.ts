/**
 * `parallel`: all branches at once. It succeeds when `min_success` (default: all) branches succeeded or were skipped.
 * With `fail_fast` it stops the open branches as soon as it cannot succeed any more, waits until they have stopped,
 * and fails. One that was stopped from above while branches were open is cancelled, also when the others were enough:
 * it had not ended. A named block leaves the merged markers of its successful branches under its name.
 */
import type { Address, MarkerCondition, ParallelFrame, ParallelNode } from "@runfleet/model";
import { agentKey, childAddress } from "@runfleet/model";
import { conditionText, holds } from "../conditions.js";
import { endStep, setResult } from "../results.js";
import { handedOn, type Settlement, trailOf } from "../settlement.js";
import { note, open, record, reopen, setFrame, settle, stopBelow, type Turn, takeOrdinal } from "../turn.js";
import type { NodeBehaviour, Spot } from "./behaviour.js";

type ParallelSpot = Spot<ParallelNode, ParallelFrame>;

export const parallel: NodeBehaviour<ParallelNode, ParallelFrame> = {
  open(turn, at, node) {
    const frame: ParallelFrame = {
      kind: "parallel",
      open: 0,
      succeeded: 0,
      skipped: 0,
      failed: 0,
      markers: [],
    };
    for (const [index, one] of node.branches.entries()) {
      const branchAt = childAddress(at, index);
      if (one.if === undefined || holds(turn, one.if)) {
        frame.open += 1;
        open(turn, branchAt);
      } else {
        frame.skipped += 1;
        skip(turn, branchAt, { name: agentKey(one.agent), condition: one.if });
      }
    }
    setFrame(turn, at, frame);
    endWhenDone(turn, { at, node, frame });
  },
  reopen(turn, { at, node, frame }, trail) {
    const again = node.branches
      .map((_, index) => childAddress(at, index))
      .filter((branchAt) => branchAt in trail);
    for (const branchAt of again) reopen(turn, branchAt, trailOf(trail, branchAt));
    const { kind, succeeded, skipped, markers } = frame;
    const reopened = { kind, open: again.length, succeeded, skipped, failed: 0, markers };
    setFrame(turn, at, reopened);
    endWhenDone(turn, { at, node, frame: reopened });
  },
  childSettled(turn, spot, { settlement }) {
    const { at, node, frame } = spot;
    count(frame, settlement);
    setFrame(turn, at, frame);
    if (node.failFast && isLost(node, frame) && frame.open > 0) stopBelow(turn, at, "fail_fast");
    endWhenDone(turn, spot);
  },
};

function count(frame: ParallelFrame, settlement: Settlement): void {
  frame.open -= 1;
  switch (settlement.type) {
    case "completed":
      if (settlement.skipped) frame.skipped += 1;
      else frame.succeeded += 1;
      frame.markers = [...new Set([...frame.markers, ...(settlement.markers ?? [])])];
      return;
    case "failed":
      frame.failed += 1;
      frame.failure ??= settlement.error;
      frame.trail = { ...frame.trail, ...settlement.trail };
      return;
    case "cancelled":
      frame.trail = { ...frame.trail, ...settlement.trail };
      return;
    default:
      settlement satisfies never;
  }
}

function endWhenDone(turn: Turn, { at, node, frame }: ParallelSpot): void {
  if (frame.open > 0) return;
  const { succeeded, failed, skipped, failure } = frame;
  note(turn, { type: "parallel.ended", address: at, succeeded, failed, skipped });
  const enough = succeeded + skipped >= required(node);
  const wasCut = succeeded + failed + skipped < node.branches.length;
  const stopped = wasCut && (enough || failure === undefined);
  if (node.name !== undefined && !stopped) {
    const status = enough ? "completed" : "failed";
    setResult(turn, node.name, { status, markers: frame.markers, context: "", ordinal: takeOrdinal(turn) });
  }
  const { kind, markers } = frame;
  const own: ParallelFrame = { kind, open: 0, succeeded, skipped, failed: 0, markers };
  settle(turn, at, handedOn(ending({ enough, stopped, node, frame }), at, own));
}

function ending(end: {
  enough: boolean;
  stopped: boolean;
  node: ParallelNode;
  frame: ParallelFrame;
}): Settlement {
  const { succeeded, skipped, failure, trail = {} } = end.frame;
  if (end.stopped) return { type: "cancelled", trail };
  if (end.enough) return { type: "completed" };
  const reason = failure === undefined ? "" : `: ${failure.message}`;
  const message = `${succeeded + skipped} of ${end.node.branches.length} branches succeeded, ${required(end.node)} were needed${reason}`;
  return { type: "failed", error: { code: "step_failed", message }, fatal: false, trail };
}

/** Failures have put the block out of reach. One that asks for more branches than it has is not lost before a failure. */
function isLost(node: ParallelNode, { failed }: ParallelFrame): boolean {
  return failed > 0 && failed > node.branches.length - required(node);
}

function required(node: ParallelNode): number {
  return node.minSuccess ?? node.branches.length;
}

function skip(
  turn: Turn,
  at: Address,
  { name, condition }: { name: string; condition: MarkerCondition },
): void {
  const reason = `condition ${conditionText(condition)} is false`;
  note(turn, { type: "step.skipped", address: at, name, attempt: 1, reason });
  const ordinal = takeOrdinal(turn);
  record(turn, {
    address: at,
    name,
    kind: "call",
    status: "skipped",
    attempt: 1,
    ordinal,
    resultText: reason,
  });
  endStep(turn, { name, status: "skipped", ordinal });
}
