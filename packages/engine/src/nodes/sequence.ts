/**
 * A list of nodes, one after the other: the body, the bodies of blocks, `do` and `always`. `do` stops at the first
 * failure unless the run goes on after failures; `always` never stops at one. Both fail with the first failure.
 * After an operator's retry the failed children come first, the others go on after them.
 */
import type { Address, SequenceFrame, SequenceNode } from "@runfleet/model";
import { childAddress, isBelow } from "@runfleet/model";
import { completed, handedOn, trailOf, trailWithout } from "../settlement.js";
import { open, reopen, setFrame, settle, type Turn } from "../turn.js";
import type { NodeBehaviour, SettledChild, Spot } from "./behaviour.js";

type SequenceSpot = Spot<SequenceNode, SequenceFrame>;

export const sequence: NodeBehaviour<SequenceNode, SequenceFrame> = {
  open(turn, at, node) {
    goOn(turn, { at, node, frame: { kind: "sequence", next: 0 } });
  },
  reopen(turn, { at, node, frame }, trail) {
    const { [at]: _self, ...redo } = trail;
    goOn(turn, { at, node, frame: { kind: "sequence", next: frame.next, redo } });
  },
  childSettled(turn, spot, child) {
    const { at, node, frame } = spot;
    const { settlement } = child;
    if (settlement.type === "cancelled") {
      settle(turn, at, handedOn(settlement, at, { kind: "sequence", next: frame.next }));
      return;
    }
    if (settlement.type === "failed") {
      rememberFailure(frame, settlement);
      if (node.mode === "do" && (settlement.fatal || turn.env.run.failFast)) {
        end(turn, spot);
        return;
      }
    }
    goOn(turn, spot);
  },
};

/** Opens the next child, or ends the sequence. */
function goOn(turn: Turn, spot: SequenceSpot): void {
  const { at, node, frame } = spot;
  const again = firstBelow(frame, at);
  if (again !== undefined && frame.redo !== undefined) {
    const trail = trailOf(frame.redo, again);
    const rest = trailWithout(frame.redo, again);
    if (rest === undefined) delete frame.redo;
    else frame.redo = rest;
    setFrame(turn, at, frame);
    reopen(turn, again, trail);
    return;
  }
  if (frame.next >= node.body.length) {
    end(turn, spot);
    return;
  }
  open(turn, childAddress(at, frame.next));
  frame.next += 1;
  setFrame(turn, at, frame);
}

function end(turn: Turn, { at, frame }: SequenceSpot): void {
  const { failure: error, fatal = false, trail = {}, next } = frame;
  if (error === undefined) settle(turn, at, completed);
  else
    settle(turn, at, { type: "failed", error, fatal, trail: { ...trail, [at]: { kind: "sequence", next } } });
}

function rememberFailure(
  frame: SequenceFrame,
  failed: SettledChild["settlement"] & { type: "failed" },
): void {
  frame.failure ??= failed.error;
  if (failed.fatal) frame.fatal = true;
  frame.trail = { ...frame.trail, ...failed.trail };
}

/** The child in the trail that comes first in the list. */
function firstBelow(frame: SequenceFrame, at: Address): Address | undefined {
  const indexes = Object.keys(frame.redo ?? {})
    .filter((address) => isBelow(address, at))
    .map((address) => Number.parseInt(address.slice(at.length + 1), 10));
  return indexes.length === 0 ? undefined : childAddress(at, Math.min(...indexes));
}
