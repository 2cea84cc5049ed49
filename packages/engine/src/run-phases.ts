/**
 * The run as a whole, above its nodes:
 *
 *   body   → always → ended        success, failure, and (after everything open was stopped) cancel and timeout
 *   ended  → body                  a failed run that an operator retries
 *
 * The always block never changes how the run ends. A cancel that comes while it runs only bounds its time.
 */
import type { Address, CoreState, EngineEvent, Failure, ForeachFrame, Trail } from "@runfleet/model";
import { alwaysAddress, bodyAddress } from "@runfleet/model";
import { alwaysMs, childStopMs } from "./grace.js";
import { removeItems } from "./nodes/foreach-items.js";
import { partName } from "./parts.js";
import type { Settlement } from "./settlement.js";
import { core, defect, note, open, reopen, stopBelow, type Turn, touch } from "./turn.js";

type EventOf<T extends EngineEvent["type"]> = Extract<EngineEvent, { type: T }>;

/** True until the run has begun. */
export function isFresh(turn: Turn): boolean {
  const { state, tasks } = turn;
  return state.core.phase === "body" && state.frames[bodyAddress] === undefined && tasks.length === 0;
}

/** Opens the body; a fork goes through what it keeps in this very decision. Returns why the event is ignored, or nothing. */
export function startRun(turn: Turn, { kept }: EventOf<"started">): string | undefined {
  if (!isFresh(turn)) return "the run has started before";
  turn.kept = kept;
  note(turn, { type: "run.started", workflow: turn.env.run.workflow });
  open(turn, bodyAddress);
  return undefined;
}

export function requestCancel(
  turn: Turn,
  { reason, by, at }: EventOf<"cancelRequested">,
): string | undefined {
  const { phase, cancel } = turn.state.core;
  if (phase === "ended") return "the run has ended";
  if (cancel !== undefined) return "the run is stopping already";
  note(turn, { type: "run.cancelling", reason, by });
  stopBody(turn, { cause: "request", reason, by, at });
  return undefined;
}

/** Fires the deadlines of the run itself. */
export function fireRunDeadlines(turn: Turn): void {
  const { phase, deadline, cancel, alwaysDeadline } = turn.state.core;
  const { now } = turn.env;
  if (phase === "body" && cancel === undefined && deadline !== undefined && deadline <= now) {
    note(turn, { type: "run.timed_out" });
    stopBody(turn, { cause: "timeout", reason: "run timed out", by: "runfleet", at: now });
  }
  if (phase === "always" && alwaysDeadline !== undefined && alwaysDeadline <= now) {
    stopBelow(turn, alwaysRoot(turn.state.core), "the time for the always block is over");
  }
}

/** The body or the always block has ended. */
export function rootSettled(turn: Turn, settlement: Settlement): void {
  if (turn.state.core.phase === "always") {
    endRun(turn);
    return;
  }
  const ending = bodyEnding(turn.state.core, settlement);
  const state = core(turn);
  state.bodyStatus = ending.status;
  state.succeeded = ending.status === "completed";
  if (ending.failure !== undefined) state.failure = ending.failure;
  if (ending.status === "failed" && settlement.type !== "completed") setRetry(turn, settlement.trail);
  turn.variables = undefined;
  if (turn.plan.definition.always.length === 0) {
    endRun(turn);
    return;
  }
  state.phase = "always";
  if (state.cancel !== undefined) state.alwaysDeadline = turn.env.now + alwaysMs;
  else if (state.deadline !== undefined)
    state.alwaysDeadline = Math.max(state.deadline, turn.env.now + alwaysMs);
  open(turn, alwaysRoot(state));
}

/** A failed run goes on from the steps that failed. Returns why the event is ignored, or nothing. */
export function retryRun(turn: Turn, { by }: EventOf<"retryRequested">): string | undefined {
  const { phase, bodyStatus, retry } = turn.state.core;
  if (phase !== "ended") return "the run has not ended";
  if (bodyStatus !== "failed" || retry === undefined) return "only failed runs can go on";
  const state = core(turn);
  setRetry(turn, undefined);
  state.phase = "body";
  state.retries += 1;
  state.succeeded = true;
  delete state.failure;
  delete state.bodyStatus;
  delete state.cancel;
  delete state.alwaysDeadline;
  if (turn.env.run.timeoutMs !== undefined) state.deadline = turn.env.now + turn.env.run.timeoutMs;
  turn.variables = undefined;
  note(turn, { type: "run.retried", by });
  reopen(turn, bodyAddress, retry);
  return undefined;
}

/** Where the always block opens; after a retry of the run it opens once more, at an address of its own. */
export function alwaysRoot({ retries }: CoreState): Address {
  return retries === 0 ? alwaysAddress : `${alwaysAddress}@${retries}`;
}

function stopBody(turn: Turn, stop: Omit<NonNullable<CoreState["cancel"]>, "deadline">): void {
  const state = core(turn);
  state.cancel = { ...stop, deadline: turn.env.now + childStopMs };
  if (state.phase === "always") state.alwaysDeadline ??= turn.env.now + alwaysMs;
  else stopBelow(turn, bodyAddress, stop.reason);
}

/** A body that managed to complete has completed, whatever was asked of it meanwhile. */
function bodyEnding(
  { cancel }: CoreState,
  settlement: Settlement,
): { status: "completed" | "failed" | "cancelled"; failure?: Failure } {
  if (settlement.type === "completed") return { status: "completed" };
  if (cancel?.cause === "request") {
    return { status: "cancelled", failure: { code: "run_cancelled", message: cancel.reason } };
  }
  if (cancel !== undefined) {
    return {
      status: "failed",
      failure: { code: "run_timed_out", message: "the run took longer than its timeout" },
    };
  }
  if (settlement.type === "failed") return { status: "failed", failure: settlement.error };
  throw defect("the body was stopped, and nobody asked for it");
}

function endRun(turn: Turn): void {
  const state = core(turn);
  state.phase = "ended";
  forgetItems(turn, state.retry ?? {});
  note(turn, { type: "metrics.updated", totals: state.totals });
  const error = state.failure ?? { code: "internal", message: "" };
  if (state.bodyStatus === "completed") note(turn, { type: "run.completed" });
  else if (state.bodyStatus === "cancelled") note(turn, { type: "run.cancelled", reason: error.message });
  else note(turn, { type: "run.failed", error });
}

function setRetry(turn: Turn, trail: Trail | undefined): void {
  touch(turn, partName.retry);
  if (trail === undefined) delete turn.state.core.retry;
  else turn.state.core.retry = trail;
}

/** Items of failed fan-outs are kept only where a retry of the run would go on with them. */
function forgetItems(turn: Turn, retry: Trail): void {
  const ends = Object.keys(turn.state.items).map((key) => key.slice(0, key.lastIndexOf("/")));
  for (const at of new Set(ends)) {
    const kept = retry[at] as ForeachFrame | null | undefined;
    if (!kept) removeItems(turn, at, ends.filter((one) => one === at).length);
  }
}
