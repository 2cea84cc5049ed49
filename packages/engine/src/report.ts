/** A finished turn as a decision: what changed, what the run waits for and until when, and how it ended. */
import type { BlockedOn, Frame, PartChanges, RunStatus } from "@runfleet/model";
import { inOrder, type Placed } from "./address-order.js";
import type { Decision } from "./decision.js";
import { endingOf } from "./ending.js";
import { behaviourOf } from "./nodes/index.js";
import { partValue } from "./parts.js";
import { nodeAt } from "./plan.js";
import { defined, textRecord } from "./record.js";
import { takeUncounted } from "./results.js";
import { note, type Turn } from "./turn.js";

interface Waits {
  readonly localWork: boolean;
  readonly blockedOn: BlockedOn[];
}

export function report(turn: Turn, waitsBefore: string): Decision {
  const waits = waitsOf(turn);
  noteWaiting(turn, waits, waitsBefore);
  const { state, commands, facts, gatesOpened } = turn;
  const usage = takeUncounted(turn, { goesOn: waits.localWork });
  const stillOpen = gatesOpened.filter(({ address }) => Object.hasOwn(state.frames, address));
  return {
    state,
    commands,
    facts,
    steps: [...turn.steps.values()],
    parts: partChanges(turn),
    gatesOpened: stillOpen,
    gatesClosed: turn.gatesClosed,
    status: statusOf(turn, waits),
    totals: state.core.totals,
    ...waits,
    ...defined({ usage, nextDeadlineAt: nextDeadlineAt(turn), ended: endingOf(turn) }),
  };
}

/** When something must happen to a frame without any event. */
export function dueAt(frame: Frame): number | undefined {
  const deadline = "deadline" in frame ? frame.deadline : undefined;
  if (frame.kind !== "gate" || frame.pollAt === undefined || frame.polling) return deadline;
  return Math.min(frame.pollAt, frame.deadline);
}

/** What the run waits for outside this worker, as a text to compare; empty while work is in flight here. */
export function outsideWaits(turn: Turn): string {
  const { localWork, blockedOn } = waitsOf(turn);
  return localWork ? "" : waitTexts(blockedOn);
}

function waitTexts(blockedOn: readonly BlockedOn[]): string {
  return blockedOn.length === 0 ? "" : blockedOn.map(waitText).join(", ");
}

function noteWaiting(turn: Turn, { localWork, blockedOn }: Waits, before: string): void {
  const on = waitTexts(blockedOn);
  const polling = localWork && turn.commands.some((command) => command.type === "pollGate");
  if (on === "" || on === before || (localWork && !polling)) return;
  note(turn, { type: "run.waiting", on, ...defined({ until: nextDeadlineAt(turn) }) });
}

function waitText(wait: BlockedOn): string {
  return wait.type === "child" ? `child ${wait.workflow}` : `${wait.type} ${wait.name}`;
}

function waitsOf(turn: Turn): Waits {
  const blockedOn: Placed<BlockedOn>[] = [];
  let localWork = false;
  const { frames } = turn.state;
  for (const at in frames) {
    const frame = frames[at] as Frame;
    const node = nodeAt(turn.plan, at);
    const wait = behaviourOf(node.kind).waitsFor?.({ at, node, frame });
    if (wait?.local) localWork = true;
    if (wait?.blockedOn !== undefined) blockedOn.push([at, wait.blockedOn]);
  }
  if (blockedOn.length === 0) return { localWork, blockedOn: [] };
  return { localWork, blockedOn: inOrder(blockedOn).map(([, wait]) => wait) };
}

function statusOf(turn: Turn, { localWork, blockedOn }: Waits): RunStatus {
  const { phase, bodyStatus, cancel } = turn.state.core;
  if (phase === "ended" && bodyStatus !== undefined) return bodyStatus;
  if (cancel?.cause === "request") return "cancelling";
  return !localWork && blockedOn.length > 0 ? "waiting" : "running";
}

function nextDeadlineAt(turn: Turn): number | undefined {
  const { phase, cancel, deadline, alwaysDeadline } = turn.state.core;
  const { frames } = turn.state;
  let first = Number.POSITIVE_INFINITY;
  for (const at in frames) first = Math.min(first, dueAt(frames[at] as Frame) ?? first);
  if (phase === "body" && cancel === undefined) first = Math.min(first, deadline ?? first);
  if (phase === "always" && alwaysDeadline !== undefined && alwaysDeadline > turn.env.now)
    first = Math.min(first, alwaysDeadline);
  return Number.isFinite(first) ? first : undefined;
}

/** A part that was created and removed within the turn was never stored. */
function partChanges(turn: Turn): PartChanges {
  const changes: PartChanges = { set: textRecord(), remove: [] };
  for (const [name, existed] of turn.touched) {
    const value = partValue(turn.state, name);
    if (value !== undefined) changes.set[name] = JSON.stringify(value);
    else if (existed) changes.remove.push(name);
  }
  return changes;
}
