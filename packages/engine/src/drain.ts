/**
 * The worklist of one decision: opens nodes, tells parents how children ended, stops what must stop, until nothing
 * is left to do without the world. Bounded: a definition that moves for ever without any step fails the run.
 */
import type { Address } from "@runfleet/model";
import { bodyAddress, isBelow, parentAddress } from "@runfleet/model";
import { openFrames } from "./address-order.js";
import { behaviourOf } from "./nodes/index.js";
import { nodeAt } from "./plan.js";
import { member } from "./record.js";
import { alwaysRoot, rootSettled } from "./run-phases.js";
import { trailOf } from "./settlement.js";
import { defect, drop, isHalted, settle, type Task, type Turn, takeOrdinal } from "./turn.js";

/** Moves without any answer from the world: more than any real definition needs, and still below a second. */
const movesMax = 200_000;

type TaskOf<T extends Task["type"]> = Extract<Task, { type: T }>;

const performers: { readonly [T in Task["type"]]: (turn: Turn, task: TaskOf<T>) => void } = {
  open: openNode,
  reopen: reopenNode,
  stop: stopNodes,
  settled: tellParent,
  keep: keepStep,
};

/** Performs all tasks, those that come up meanwhile included. */
export function drain(turn: Turn): void {
  let done = 0;
  // The loop also takes what is added to the list while it runs.
  for (const task of turn.tasks) {
    if (done >= movesMax) {
      giveUp(turn);
      return;
    }
    perform(turn, task);
    done += 1;
    if (done === turn.tasks.length) endNextKept(turn);
  }
  turn.tasks.length = 0;
}

function perform<T extends Task["type"]>(turn: Turn, task: TaskOf<T>): void {
  const performer = performers[task.type as T];
  performer(turn, task);
}

function openNode(turn: Turn, { at }: TaskOf<"open">): void {
  const node = nodeAt(turn.plan, at);
  const behaviour = behaviourOf(node.kind);
  const kept = member(turn.kept ?? {}, at);
  if (isHalted(turn)) settle(turn, at, { type: "cancelled", trail: { [at]: null } });
  else if (kept?.kind === node.kind) {
    turn.keeping.push({ type: "keep", at, kept, ordinal: takeOrdinal(turn) });
  } else behaviour.open(turn, at, node);
}

/** Branches that were open together end in the order in which they did. */
function endNextKept({ keeping, tasks }: Turn): void {
  keeping.sort((one, other) => one.kept.endedAt - other.kept.endedAt || one.ordinal - other.ordinal);
  const next = keeping.shift();
  if (next !== undefined) tasks.push(next);
}

function keepStep(turn: Turn, { at, kept, ordinal }: TaskOf<"keep">): void {
  const node = nodeAt(turn.plan, at);
  behaviourOf(node.kind).keep?.(turn, { at, node, kept, ordinal });
}

function reopenNode(turn: Turn, { at, trail }: TaskOf<"reopen">): void {
  const node = nodeAt(turn.plan, at);
  const behaviour = behaviourOf(node.kind);
  const frame = trail[at];
  if (isHalted(turn)) settle(turn, at, { type: "cancelled", trail });
  else if (frame && behaviour.reopen) behaviour.reopen(turn, { at, node, frame }, trailOf(trail, at));
  else behaviour.open(turn, at, node);
}

function stopNodes(turn: Turn, { at, reason }: TaskOf<"stop">): void {
  for (const [address, frame] of openFrames(turn.state)) {
    if (!isBelow(address, at)) continue;
    const node = nodeAt(turn.plan, address);
    behaviourOf(node.kind).stop?.(turn, { at: address, node, frame }, reason);
  }
}

function tellParent(turn: Turn, { at, settlement }: TaskOf<"settled">): void {
  const parent = parentAddress(at);
  if (parent === undefined) {
    rootSettled(turn, settlement);
    return;
  }
  const frame = member(turn.state.frames, parent);
  if (frame === undefined) throw defect(`${at} is open and ${parent} above it is not`);
  const node = nodeAt(turn.plan, parent);
  behaviourOf(node.kind).childSettled?.(turn, { at: parent, node, frame }, { at, settlement });
}

/** Fails the block that moves for ever; the always block still gets its chance. */
function giveUp(turn: Turn): void {
  const { core } = turn.state;
  const root: Address = core.phase === "always" ? alwaysRoot(core) : bodyAddress;
  turn.tasks.length = 0;
  stopNodes(turn, { type: "stop", at: root, reason: "cancelled" });
  turn.tasks.length = 0;
  turn.keeping.length = 0;
  drop(turn, root);
  const message = `more than ${movesMax} moves without any step`;
  rootSettled(turn, { type: "failed", error: { code: "loop_limit", message }, fatal: true, trail: {} });
  drain(turn);
}
