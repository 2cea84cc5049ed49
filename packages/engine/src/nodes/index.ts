/** The table from kind of node to what it does. A new kind is one file and one row here. */
import type {
  AttemptFrame,
  BranchFrame,
  ForeachFrame,
  Frame,
  GateFrame,
  LoopFrame,
  Node,
  NodeKind,
  ParallelFrame,
  SequenceFrame,
  SleepFrame,
} from "@runfleet/model";
import type { NodeBehaviour } from "./behaviour.js";
import { branch } from "./branch.js";
import { call } from "./call.js";
import { child } from "./child.js";
import { foreach } from "./foreach.js";
import { gate } from "./gate.js";
import { loop } from "./loop.js";
import { parallel } from "./parallel.js";
import { script } from "./script.js";
import { sequence } from "./sequence.js";
import { sleep } from "./sleep.js";

interface FrameOf {
  call: AttemptFrame;
  script: AttemptFrame;
  child: AttemptFrame;
  sequence: SequenceFrame;
  branch: BranchFrame;
  loop: LoopFrame;
  parallel: ParallelFrame;
  gate: GateFrame;
  sleep: SleepFrame;
  foreach: ForeachFrame;
}

const behaviours: { readonly [K in NodeKind]: NodeBehaviour<Extract<Node, { kind: K }>, FrameOf[K]> } = {
  call,
  script,
  child,
  sequence,
  branch,
  loop,
  parallel,
  gate,
  sleep,
  foreach,
};

/** What a node of this kind does. A node and its frame are of the same kind, so the row fits both. */
export function behaviourOf(kind: NodeKind): NodeBehaviour<Node, Frame> {
  return behaviours[kind] as NodeBehaviour<Node, Frame>;
}
