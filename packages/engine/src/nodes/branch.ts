/** `if` and `unless`: the body or nothing. The condition is looked at once, when the node opens. */
import type { BranchFrame, BranchNode } from "@runfleet/model";
import { childAddress } from "@runfleet/model";
import { conditionText, holds } from "../conditions.js";
import { completed, handedOn } from "../settlement.js";
import { note, open, reopen, setFrame, settle } from "../turn.js";
import type { NodeBehaviour } from "./behaviour.js";

export const branch: NodeBehaviour<BranchNode, BranchFrame> = {
  open(turn, at, node) {
    const taken = holds(turn, node.condition) !== node.negate;
    const condition = `${node.negate ? "unless" : "if"} ${conditionText(node.condition)}`;
    note(turn, { type: "branch.taken", address: at, taken, condition });
    if (!taken) {
      settle(turn, at, completed);
      return;
    }
    setFrame(turn, at, { kind: "branch" });
    open(turn, childAddress(at, 0));
  },
  reopen(turn, { at, frame }, trail) {
    setFrame(turn, at, frame);
    reopen(turn, childAddress(at, 0), trail);
  },
  childSettled(turn, { at, frame }, { settlement }) {
    settle(turn, at, handedOn(settlement, at, frame));
  },
};
