/**
 * The whole engine as one function: state and events in, changed state and everything that must now happen out.
 * Deterministic: no clock, no randomness, no promise. Order within one decision: events, then deadlines that are due
 * (an event that settles a frame wins over its deadline), then everything these set in motion.
 */
import type { EngineEvent, Frame, RunState } from "@runfleet/model";
import { inOrder, openFrames, type Placed } from "./address-order.js";
import type { DecideEnv, Decision } from "./decision.js";
import { drain } from "./drain.js";
import { behaviourOf } from "./nodes/index.js";
import { partName } from "./parts.js";
import { nodeAt, type Plan } from "./plan.js";
import { dueAt, outsideWaits, report } from "./report.js";
import { route } from "./routing.js";
import { fireRunDeadlines, isFresh } from "./run-phases.js";
import { beginTurn, type Turn } from "./turn.js";

/**
 * Decides what the events mean for the run. Consumes `state`: it is changed and comes back in the decision.
 * Throws `internal` when the state cannot belong to the plan; every other problem is part of the decision.
 */
export function decide(
  plan: Plan,
  state: RunState,
  events: readonly EngineEvent[],
  env: DecideEnv,
): Decision {
  const turn = beginTurn(plan, state, env);
  const waitsBefore = outsideWaits(turn);
  if (isFresh(turn)) markAllNew(turn);
  for (const event of events) route(turn, event);
  fireDeadlines(turn);
  drain(turn);
  if (events.some((event) => event.type === "activated")) {
    resume(turn);
    drain(turn);
  }
  return report(turn, waitsBefore);
}

/** A run that has not begun has nothing in the store. */
function markAllNew(turn: Turn): void {
  for (const name of [partName.core, partName.inputs, partName.signals]) turn.touched.set(name, false);
}

function fireDeadlines(turn: Turn): void {
  const { frames } = turn.state;
  const due: Placed<Frame>[] = [];
  for (const at in frames) {
    const frame = frames[at] as Frame;
    if ((dueAt(frame) ?? Number.POSITIVE_INFINITY) <= turn.env.now) due.push([at, frame]);
  }
  for (const [at, frame] of inOrder(due)) {
    const node = nodeAt(turn.plan, at);
    behaviourOf(node.kind).due?.(turn, { at, node, frame });
  }
  fireRunDeadlines(turn);
}

/** Work that was in flight on an earlier worker is asked for again, under the same attempt numbers. */
function resume(turn: Turn): void {
  for (const [at, frame] of openFrames(turn.state)) {
    if (turn.asked.has(at)) continue;
    const node = nodeAt(turn.plan, at);
    behaviourOf(node.kind).resume?.(turn, { at, node, frame });
  }
}
