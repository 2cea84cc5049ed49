/**
 * `foreach`: one child run per item, at most `max_parallel` at a time.
 *
 *   collecting → (items) running → (nothing open, nothing eligible) settled
 *   running    → (a child failed, on_child_fail = halt; cancel, timeout) halting → (nothing open, given up) settled
 *
 * Items left over that can never start are a stall: the step completes with the marker `foreach_stalled`. After an
 * operator's retry completed items stay, all others run again.
 */
import type { ForeachFrame, ForeachNode } from "@runfleet/model";
import { abort, setFrame, type Turn, takeOrdinal } from "../turn.js";
import type { NodeBehaviour } from "./behaviour.js";
import { depthFailure } from "./child.js";
import { childEnded, dispatch, halt } from "./foreach-children.js";
import { collect, collected } from "./foreach-collect.js";
import { failStep, keepStep, noteStart, stopped, tally } from "./foreach-end.js";
import { resetItems } from "./foreach-items.js";

export const foreach: NodeBehaviour<ForeachNode, ForeachFrame> = {
  open(turn, at, node) {
    const spot = { at, node, frame: newFrame(turn, { attempt: 1, ordinal: takeOrdinal(turn) }) };
    noteStart(turn, spot);
    const failure = depthFailure(turn, node.workflow);
    if (failure === undefined) collect(turn, spot);
    else failStep(turn, spot, failure);
  },
  keep: (turn, { at, node, kept, ordinal }) =>
    keepStep(turn, { at, node, frame: newFrame(turn, { attempt: kept.attempt, ordinal }) }, kept),
  reopen(turn, { at, node, frame }) {
    const { ordinal, total, completed, outputBytes } = frame;
    const again: ForeachFrame = {
      kind: "foreach",
      phase: total > 0 ? "running" : "collecting",
      attempt: frame.attempt + 1,
      ordinal,
      startedAt: turn.env.now,
      total,
      cursor: 0,
      open: {},
      completed,
      failed: 0,
      skipped: 0,
      outputBytes,
    };
    const spot = { at, node, frame: again };
    noteStart(turn, spot);
    resetItems(turn, at, total);
    if (total === 0) collect(turn, spot);
    else dispatch(turn, spot);
  },
  on(turn, spot, event) {
    const { frame } = spot;
    switch (event.type) {
      case "itemsCollected":
        return frame.phase === "collecting" ? collected(turn, spot, event) : "the items are known";
      case "itemsFailed":
        return frame.phase === "collecting" ? failStep(turn, spot, event.error) : "the items are known";
      case "childFinished":
        return childEnded(turn, spot, event);
      default:
        return "a foreach waits for items and children only";
    }
  },
  due(turn, spot) {
    stopped(turn, spot);
  },
  stop(turn, spot, reason) {
    const { at, frame } = spot;
    if (frame.stopReason !== undefined) return;
    frame.stopReason = reason;
    if (frame.phase === "collecting")
      abort(turn, { address: at, attempt: frame.attempt, reason: "cancelled" });
    if (frame.phase !== "halting") halt(turn, spot, reason);
    setFrame(turn, at, frame);
    tally(turn, spot);
  },
  resume(turn, spot) {
    if (spot.frame.phase === "collecting") collect(turn, spot);
  },
  waitsFor({ at, node, frame }) {
    if (frame.phase === "collecting") return { local: true };
    const { completed, failed, skipped, total } = frame;
    const running = Object.keys(frame.open).length;
    const done = completed + failed + skipped;
    return { blockedOn: { type: "items", address: at, name: node.name, running, done, total } };
  },
};

function newFrame(turn: Turn, step: { attempt: number; ordinal: number }): ForeachFrame {
  return {
    kind: "foreach",
    phase: "collecting",
    ...step,
    startedAt: turn.env.now,
    total: 0,
    cursor: 0,
    open: {},
    completed: 0,
    failed: 0,
    skipped: 0,
    outputBytes: 0,
  };
}
