/**
 * `while` (test, cap, body) and `do … while` (cap, body, test). A loop whose condition step shows the same markers
 * `stuckAfter` times in a row is stuck and fails. An operator's retry goes on in the iteration that failed; a loop
 * that failed at its cap gets the whole cap again.
 */
import type { Failure, LoopFrame, LoopNode, Trail } from "@runfleet/model";
import { isBelow, iterationAddress } from "@runfleet/model";
import { conditionText, holds, markersOf } from "../conditions.js";
import { defined } from "../record.js";
import { completed, handedOn } from "../settlement.js";
import { note, open, reopen, setFrame, settle, type Turn } from "../turn.js";
import type { NodeBehaviour, Spot } from "./behaviour.js";

type LoopSpot = Spot<LoopNode, LoopFrame>;

export const loop: NodeBehaviour<LoopNode, LoopFrame> = {
  open(turn, at, node) {
    iterate(turn, { at, node, frame: { kind: "loop", iteration: 0, firstIteration: 0 } });
  },
  reopen(turn, { at, node, frame: { iteration, streak } }, trail) {
    const inBody = Object.keys(trail).some((address) => isBelow(address, at));
    if (!inBody) {
      iterate(turn, { at, node, frame: { kind: "loop", iteration, firstIteration: iteration } });
      return;
    }
    setFrame(turn, at, {
      kind: "loop",
      iteration,
      firstIteration: iteration,
      ...defined({ streak }),
    });
    reopen(turn, iterationAddress(at, iteration), trail);
  },
  childSettled(turn, spot, { settlement }) {
    const { at, node, frame } = spot;
    if (settlement.type === "cancelled") {
      settle(turn, at, handedOn(settlement, at, plain(frame)));
      return;
    }
    if (settlement.type === "failed") {
      if (settlement.fatal || turn.env.run.failFast) {
        noteEnd(turn, spot, "failed");
        settle(turn, at, handedOn(settlement, at, plain(frame)));
        return;
      }
      frame.failure ??= settlement.error;
    }
    if (isStuck(turn, spot)) {
      const code = "loop_stuck";
      const message = `loop on ${conditionText(node.condition)} is stuck: the same markers ${node.stuckAfter} times in a row`;
      fail(turn, { ...spot, frame: { ...frame, iteration: frame.iteration + 1 } }, { code, message });
      return;
    }
    frame.iteration += 1;
    if (node.test === "after" && !holds(turn, node.condition)) leave(turn, spot, "condition");
    else iterate(turn, spot);
  },
};

function iterate(turn: Turn, spot: LoopSpot): void {
  const { at, node, frame } = spot;
  if (node.test === "before" && !holds(turn, node.condition)) {
    leave(turn, spot, "condition");
    return;
  }
  if (frame.iteration - frame.firstIteration >= node.maxIterations) {
    if (node.onMaxIter === "continue") leave(turn, spot, "max_iterations");
    else fail(turn, spot, limitFailure(node));
    return;
  }
  setFrame(turn, at, frame);
  note(turn, { type: "loop.iterated", address: at, iteration: frame.iteration });
  open(turn, iterationAddress(at, frame.iteration));
}

function leave(turn: Turn, spot: LoopSpot, reason: string): void {
  const { at, frame } = spot;
  noteEnd(turn, spot, reason);
  if (frame.failure === undefined) settle(turn, at, completed);
  else settle(turn, at, { type: "failed", error: frame.failure, fatal: false, trail: trail(spot) });
}

/** Failures of the loop itself stop every block around it. */
function fail(turn: Turn, spot: LoopSpot, error: Failure): void {
  noteEnd(turn, spot, error.code);
  settle(turn, spot.at, { type: "failed", error, fatal: true, trail: trail(spot) });
}

function noteEnd(turn: Turn, { at, frame }: LoopSpot, reason: string): void {
  note(turn, { type: "loop.ended", address: at, iterations: frame.iteration, reason });
}

function limitFailure(node: LoopNode): Failure {
  const message = `loop on ${conditionText(node.condition)} reached max_iterations (${node.maxIterations})`;
  return { code: "loop_limit", message };
}

function trail({ at, frame }: LoopSpot): Trail {
  return { [at]: plain(frame) };
}

/** What a retry needs of the frame. */
function plain({ kind, iteration, firstIteration, streak }: LoopFrame): LoopFrame {
  return { kind, iteration, firstIteration, ...defined({ streak }) };
}

/**
 * Counts how often in a row the condition step left the same markers; true from `stuckAfter` times on. A count and not
 * the sets themselves: the frame is written with every iteration.
 */
function isStuck(turn: Turn, { node, frame }: LoopSpot): boolean {
  if (node.stuckAfter === undefined) return false;
  const markers = JSON.stringify([...new Set(markersOf(turn, node.condition.step))].sort());
  const times = frame.streak?.markers === markers ? frame.streak.times + 1 : 1;
  frame.streak = { markers, times };
  return times >= node.stuckAfter;
}
