/** The children of a foreach: starting them in a window, taking their ends, stopping them. */
import type {
  ChildResult,
  EngineEvent,
  ForeachFrame,
  ForeachNode,
  ItemState,
  StartChild,
  Totals,
  Usage,
} from "@runfleet/model";
import { addUsage, zeroTotals } from "@runfleet/model";
import { childInputs } from "../child-inputs.js";
import { childStopMs } from "../grace.js";
import { defined } from "../record.js";
import { addToTotals } from "../results.js";
import { truncateText } from "../text-size.js";
import { ask, cancelChild, isHalted, note, setFrame, type Turn } from "../turn.js";
import { overlaid, secretNames, variablesFor } from "../variables.js";
import type { Spot } from "./behaviour.js";
import { tally } from "./foreach-end.js";
import { blockersOf, changeItem, endedItem, itemAt, nextItem } from "./foreach-items.js";
import { dependentsOf } from "./foreach-order.js";

type ForeachSpot = Spot<ForeachNode, ForeachFrame>;

/** As much of a child's error as the parent's error names. */
const reasonBytesMax = 1_024;

/** Starts items while the window has room, then looks whether the step is over. */
export function dispatch(turn: Turn, spot: ForeachSpot): void {
  const { at, node, frame } = spot;
  let room = Math.max(1, node.maxParallel) - Object.keys(frame.open).length;
  for (; room > 0 && !isHalted(turn); room -= 1) {
    const next = nextItem(turn, at, frame);
    if (next === undefined) break;
    startItem(turn, spot, next);
  }
  setFrame(turn, at, frame);
  tally(turn, spot);
}

/** Takes the end of one child over. Returns why the event is ignored, or nothing. */
export function childEnded(
  turn: Turn,
  spot: ForeachSpot,
  event: Extract<EngineEvent, { type: "childFinished" }>,
): string | undefined {
  const { at, node, frame } = spot;
  const index = Object.hasOwn(frame.open, event.childId) ? frame.open[event.childId] : undefined;
  const item = index === undefined ? undefined : itemAt(turn, at, index);
  if (index === undefined || item === undefined) return "belongs to no item in flight";
  delete frame.open[event.childId];
  addToTotals(turn, event.result.totals);
  frame.usage = usageWith(frame.usage, event.result.totals);
  const status = endOf(event.result.status, frame);
  changeItem(turn, { at, index }, endedItem(frame, item, { status, output: event.result.output }));
  if (status === "failed") frame.failure ??= { itemId: item.id, message: reasonOf(event.result) };
  note(turn, { type: "fanout.item_ended", address: at, itemId: item.id, status });
  if (status === "completed") frame.completed += 1;
  if (status === "failed") {
    frame.failed += 1;
    if (node.onChildFail === "skip_dependents") skipDependents(turn, spot, index);
    if (node.onChildFail === "halt" && frame.phase === "running") halt(turn, spot, "an item failed");
  }
  setFrame(turn, at, frame);
  if (frame.phase === "running") dispatch(turn, spot);
  else tally(turn, spot);
  return undefined;
}

/** Starts nothing more and cancels the children in flight. */
export function halt(turn: Turn, { at, frame }: ForeachSpot, reason: string): void {
  frame.phase = "halting";
  frame.deadline = turn.env.now + childStopMs;
  for (const [childId, index] of Object.entries(frame.open)) {
    const neverStarted = cancelChild(turn, childId, reason);
    const item = itemAt(turn, at, index);
    if (!neverStarted || item === undefined) continue;
    delete frame.open[childId];
    changeItem(turn, { at, index }, { ...item, status: "cancelled" });
  }
}

function startItem(
  turn: Turn,
  { at, node, frame }: ForeachSpot,
  { index, item }: { index: number; item: ItemState },
): void {
  const childId = turn.env.childId({ address: at, attempt: frame.attempt, itemId: item.id });
  frame.open[childId] = index;
  changeItem(turn, { at, index }, { ...item, status: "running", childId });
  ask(turn, {
    type: "startChild",
    childId,
    address: at,
    workflow: node.workflow,
    ...itemInputs(turn, { at, node, item }),
    ...defined({ identity: turn.env.run.identity }),
  });
  note(turn, { type: "fanout.item_started", address: at, itemId: item.id, childRunId: childId });
}

function itemInputs(
  turn: Turn,
  { at, node, item }: { at: string; node: ForeachNode; item: ItemState },
): Pick<StartChild, "inputs" | "secretInputs"> {
  const own = Object.fromEntries(Object.entries(item.context).map(([key, value]) => [`item.${key}`, value]));
  const itemVariables = { ...own, "item.id": item.id, "item.ref": item.ref };
  const variables = overlaid(variablesFor(turn, at), itemVariables);
  const { inputs, ...secret } = childInputs(node.inputs, variables, secretNames(turn));
  return { inputs: { ...inputs, ...itemVariables }, ...secret };
}

/** What the step has used, with one more child. */
function usageWith(before: Usage | undefined, totals: Totals): Usage {
  const { hasLlmMetrics: _flag, ...usage } = addUsage(addUsage(zeroTotals(), before ?? {}), totals);
  return usage;
}

/** Why a child did not complete. The frame is written again with every child that ends, so it keeps a short text. */
function reasonOf({ status, error }: ChildResult): string {
  return truncateText(error?.message ?? `child run ${status}`, reasonBytesMax);
}

/** A child that was stopped because the step halts is no failure of its own. */
function endOf(
  status: "completed" | "failed" | "cancelled",
  frame: ForeachFrame,
): "completed" | "failed" | "cancelled" {
  return status === "cancelled" && frame.phase === "running" ? "failed" : status;
}

function skipDependents(turn: Turn, { at, frame }: ForeachSpot, failed: number): void {
  const dependents = dependentsOf(failed, blockersOf(turn, at, frame.total));
  const inListOrder = [...dependents].sort((left, right) => left - right);
  for (const index of inListOrder) {
    const item = itemAt(turn, at, index);
    if (item?.status !== "pending") continue;
    changeItem(turn, { at, index }, { ...item, status: "skipped" });
    frame.skipped += 1;
    note(turn, { type: "fanout.item_ended", address: at, itemId: item.id, status: "skipped" });
  }
}
