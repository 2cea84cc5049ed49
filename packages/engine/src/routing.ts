/**
 * Which frame an event belongs to. An event that no frame waits for changes nothing and becomes the fact
 * `event.ignored`: that is the whole story of duplicates, late answers and late children. What events set in motion
 * is queued; nothing is decided before all events of the call have been looked at.
 */
import type { EngineEvent } from "@runfleet/model";
import { bodyAddress, signalName } from "@runfleet/model";
import { openFrames } from "./address-order.js";
import type { FrameEvent } from "./nodes/behaviour.js";
import { behaviourOf } from "./nodes/index.js";
import { keepSignal } from "./nodes/signals.js";
import { nodeAt } from "./plan.js";
import { member } from "./record.js";
import { requestCancel, retryRun, startRun } from "./run-phases.js";
import { note, type Turn } from "./turn.js";

type EventOf<T extends EngineEvent["type"]> = Extract<EngineEvent, { type: T }>;

/** Each returns why the event is ignored, or nothing. */
const routes: { readonly [T in EngineEvent["type"]]: (turn: Turn, event: EventOf<T>) => string | undefined } =
  {
    started: startRun,
    cancelRequested: requestCancel,
    retryRequested: retryRun,
    signalReceived: toSignalGate,
    gateAnswered: toFrame,
    gatePolled: toFrame,
    childFinished: toFrame,
    attemptEnded: toFrame,
    attemptReturned: toFrame,
    itemsCollected: toFrame,
    itemsFailed: toFrame,
    activated: noteResumed,
    ticked: () => undefined,
  };

export function route<T extends EngineEvent["type"]>(turn: Turn, event: EventOf<T>): void {
  const reason = routes[event.type as T](turn, event);
  if (reason !== undefined) note(turn, { type: "event.ignored", event: event.type, reason });
}

function toFrame(turn: Turn, event: Extract<FrameEvent, { address: string }>): string | undefined {
  const frame = member(turn.state.frames, event.address);
  if (frame === undefined) return `nothing waits at ${event.address}`;
  const node = nodeAt(turn.plan, event.address);
  const behaviour = behaviourOf(node.kind);
  if (behaviour.on === undefined) return `${node.kind} at ${event.address} waits for no event`;
  return behaviour.on(turn, { at: event.address, node, frame }, event);
}

/** The first open gate that still waits for the signal takes it; else it is kept. */
function toSignalGate(turn: Turn, event: EventOf<"signalReceived">): string | undefined {
  const { name, data } = event;
  if (turn.state.core.phase === "ended") return "the run has ended";
  note(turn, { type: "signal.received", name });
  for (const [at, frame] of openFrames(turn.state)) {
    const node = nodeAt(turn.plan, at);
    if (node.kind !== "gate" || node.gateType !== "signal" || signalName(node) !== name) continue;
    if (frame.kind !== "gate" || frame.deadline < event.at) continue;
    return behaviourOf(node.kind).on?.(turn, { at, node, frame }, event);
  }
  keepSignal(turn, data === undefined ? { name } : { name, data });
  return undefined;
}

function noteResumed(turn: Turn, { generation }: EventOf<"activated">): undefined {
  const started = turn.state.frames[bodyAddress] !== undefined || turn.state.core.phase !== "body";
  if (started && turn.state.core.phase !== "ended") note(turn, { type: "run.resumed", generation });
}
