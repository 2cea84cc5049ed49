/** The list of a foreach: asking for it, and what is checked before the first item starts. */
import type { CollectItems, EngineEvent, ForeachFrame, ForeachNode } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { outputMember } from "../output-member.js";
import { defined, member } from "../record.js";
import { ask, note, record, setFrame, type Turn } from "../turn.js";
import { inputsNow } from "../variables.js";
import type { Spot } from "./behaviour.js";
import { dispatch } from "./foreach-children.js";
import { entry, failStep } from "./foreach-end.js";
import { storeItems, uniqueItems } from "./foreach-items.js";
import { blockedByOf, findCycle } from "./foreach-order.js";

type ForeachSpot = Spot<ForeachNode, ForeachFrame>;

/** Asks for the items, or asks again after a takeover. */
export function collect(turn: Turn, spot: ForeachSpot): void {
  const { at, node, frame } = spot;
  setFrame(turn, at, frame);
  record(turn, entry(spot, { status: "running" }));
  const source = sourceOf(turn, node);
  const { scope, filter } = node;
  const command: CollectItems = {
    type: "collectItems",
    address: at,
    attempt: frame.attempt,
    node,
    filter,
    ...defined({ scope, source }),
  };
  ask(turn, command);
}

/** Takes the list over and starts the first items. */
export function collected(
  turn: Turn,
  spot: ForeachSpot,
  event: Extract<EngineEvent, { type: "itemsCollected" }>,
): undefined {
  const { at, node, frame } = spot;
  if (event.items.length > limits.foreachItemsMax) {
    const message = `${event.items.length} items, at most ${limits.foreachItemsMax} are allowed`;
    return failStep(turn, spot, { code: "too_large", message });
  }
  const items = uniqueItems(event.items);
  const blockedBy = node.ordered ? blockedByOf(items, event.dependencies) : {};
  const cycle = findCycle(blockedBy);
  if (cycle !== undefined && node.onCycle === "fail") {
    const ids = [...cycle, ...cycle.slice(0, 1)].map((index) => items[index]?.id).join(" → ");
    return failStep(turn, spot, { code: "items_failed", message: `items wait for each other: ${ids}` });
  }
  storeItems(turn, at, { items, blockedBy });
  note(turn, { type: "fanout.collected", address: at, count: items.length });
  frame.phase = "running";
  frame.total = items.length;
  dispatch(turn, spot);
  return undefined;
}

/** `filter.from` names an input holding a list, or `step.field` of a structured output; anything else is the provider's. */
function sourceOf(turn: Turn, node: ForeachNode): string | undefined {
  const from = member(node.filter, "from");
  if (from === undefined) return undefined;
  const input = member(inputsNow(turn), from);
  const dot = from.indexOf(".");
  if (input !== undefined || dot < 0) return input;
  const value = outputMember(turn, from.slice(0, dot), from.slice(dot + 1));
  return typeof value === "string" || value === undefined ? value : JSON.stringify(value);
}
