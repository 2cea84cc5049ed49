/**
 * A run as it stood when one of its attempts began, as far as variables go: what ended before is put through the same
 * functions as when it ended. Times are compared as the ISO texts they are in documents.
 */
import {
  type Address,
  alwaysAddress,
  bodyAddress,
  type CoreState,
  fallbackAddress,
  isBelow,
  iterationOf,
  type Node,
  nodePath,
  parentAddress,
  type RunDocument,
  type RunInfo,
  type StepDocument,
  secretMask,
} from "@runfleet/model";
import { newState } from "../new-state.js";
import type { Plan } from "../plan.js";
import { appendContext } from "../results.js";
import { beginTurn, type Turn } from "../turn.js";
import { labelOf } from "../variables.js";

/** Only good for asking for the variables of this attempt. */
export function turnBefore(plan: Plan, document: RunDocument, step: StepDocument): Turn {
  const run = infoOf(document);
  const turn = beginTurn(plan, newState(run, 0), { now: 0, run, childId: () => "" });
  for (const past of endedBefore(plan, document, step)) leave(turn, past);
  if (inAlways(step)) {
    turn.state.core.phase = "always";
    const bodyStatus = bodyStatusAt(document, step);
    if (bodyStatus !== undefined) turn.state.core.bodyStatus = bodyStatus;
  }
  rememberFailure(turn, document, step);
  return turn;
}

/** Attempts that ended before the attempt began, in the order they ended. */
export function endedBefore(
  plan: Plan,
  { steps }: RunDocument,
  { startedAt, ordinal, address }: StepDocument,
): StepDocument[] {
  const isBefore = (past: StepDocument): boolean => {
    if (past.endedAt === null) return false;
    if (startedAt === null || past.endedAt < startedAt) return true;
    // In the same millisecond: what was opened before, but not beside it.
    const isInTurn = past.ordinal < ordinal && !areBranches(plan, past.address, address);
    return past.endedAt === startedAt && isInTurn;
  };
  return steps
    .filter(isBefore)
    .sort((a, b) => (a.endedAt ?? "").localeCompare(b.endedAt ?? "") || a.ordinal - b.ordinal);
}

/** How the body had ended; `undefined` while that is not to be seen. */
export function bodyStatusAt(
  { steps, status, cancel, error }: RunDocument,
  { startedAt }: StepDocument,
): CoreState["bodyStatus"] | undefined {
  if (startedAt === null) return undefined;
  // Only a failed run goes on in its body.
  const wentOn = steps.some((one) => isBelow(one.address, bodyAddress) && (one.startedAt ?? "") > startedAt);
  if (wentOn) return "failed";
  if (status !== "completed" && status !== "failed" && status !== "cancelled") return undefined;
  // A run can be ended from outside in the middle of its always block.
  if (status === "failed" && error?.code === "crash_loop") return undefined;
  if (status === "cancelled" && (cancel === null || cancel.at > startedAt)) return undefined;
  return status;
}

export function inAlways({ address }: StepDocument): boolean {
  return isBelow(nodePath(address), alwaysAddress);
}

function infoOf(document: RunDocument): RunInfo {
  const { id, workflow, definitionHash, rootId, depth, inputs, dryRun, failFast } = document;
  const { stepTimeoutMs, pluginDirs, triggeredByHook, pool } = document;
  const secretInputs = Object.keys(inputs).filter((name) => inputs[name] === secretMask);
  return {
    ...{ id, workflow, definitionHash, rootId, depth, inputs, dryRun, failFast, secretInputs },
    ...{ stepTimeoutMs, pluginDirs, triggeredByHook, pool, createdAt: 0 },
  };
}

/** Only what completed leaves anything that later steps can read. */
function leave(turn: Turn, { address, status, markers, context, output }: StepDocument): void {
  const node = turn.plan.nodes.get(nodePath(address));
  if (node === undefined || status !== "completed") return;
  if (node.kind === "gate" && context !== null) turn.state.core.gateFeedback = context;
  const step = leftUnder(node);
  if (step === undefined) return;
  const left = { step, iteration: iterationOf(address), markers, context: context ?? "" };
  const hasOutput = output !== null && output !== undefined;
  appendContext(turn, { ...left, output: hasOutput ? JSON.stringify(output) : undefined });
}

/** The name of the step's context; nothing for nodes that leave none. */
function leftUnder(node: Node): string | undefined {
  if (node.kind === "foreach") return node.name;
  const isRetried = node.kind === "call" || node.kind === "script" || node.kind === "child";
  return isRetried ? labelOf(node) : undefined;
}

/** An `on_fail` agent is told why the step has failed. */
function rememberFailure(turn: Turn, { steps }: RunDocument, { address, startedAt }: StepDocument): void {
  const failedAt = parentAddress(address);
  if (failedAt === undefined || nodePath(address) !== fallbackAddress(nodePath(failedAt))) return;
  const failed = steps.findLast(
    (one) =>
      one.address === failedAt && (startedAt === null || (one.endedAt !== null && one.endedAt <= startedAt)),
  );
  if (failed?.error === undefined || failed.error === null) return;
  const { ordinal, attempt, error } = failed;
  const frame = { kind: "call", phase: "fallback", firstAttempt: 1, startedAt: 0 } as const;
  turn.state.frames[failedAt] = { ...frame, ordinal, attempt, lastError: error };
}

/** True when the places lie in different branches of one parallel block. */
function areBranches(plan: Plan, one: Address, other: Address): boolean {
  const others = other.split(".");
  const parts = one.split(".");
  const apart = parts.findIndex((part, index) => part !== others[index]);
  const shared = parts.slice(0, apart < 0 ? parts.length : apart).join(".");
  return plan.nodes.get(nodePath(shared))?.kind === "parallel";
}
