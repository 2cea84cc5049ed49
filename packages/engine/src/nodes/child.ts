/**
 * `call workflow`: a run of its own, one per attempt. The step waits for its end without holding a worker. What the
 * child found out bubbles up: its contexts before the step's own, its step results after it (they win over older
 * ones of the same name).
 */
import type { ChildNode, ChildResult, Outcome } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { childInputs } from "../child-inputs.js";
import { childStopMs } from "../grace.js";
import { defined } from "../record.js";
import { appendContext, setResult } from "../results.js";
import { ask, cancelChild, note, type Turn } from "../turn.js";
import { secretNames, variablesFor } from "../variables.js";
import type { AttemptSpot } from "./attempt-end.js";
import { attemptBehaviour } from "./attempts.js";

export const child = attemptBehaviour<ChildNode>({
  kind: "child",
  stopMs: childStopMs,
  local: false,
  timeoutMs: (_turn, node) => node.timeoutMs,
  immediate(turn, { node }) {
    const failure = depthFailure(turn, node.workflow);
    return failure === undefined
      ? undefined
      : { outcome: { type: "failed", error: failure, retryable: false } };
  },
  ask: startChild,
  answer({ frame }, event) {
    if (event.type !== "childFinished" || event.childId !== frame.childId) return undefined;
    return { outcome: outcomeOf(event.result), child: event.result };
  },
  abort: (turn, { frame }, reason) => cancelChild(turn, frame.childId ?? "", frame.stopReason ?? reason),
  answered(turn, { at, frame: { childId } }, { child: result }) {
    if (childId === undefined || result === undefined) return;
    note(turn, { type: "child.ended", address: at, childRunId: childId, status: result.status });
  },
  before(turn, { child: result }) {
    for (const { step, context, markers, output } of result?.contexts ?? []) {
      appendContext(turn, { step, iteration: 0, context, markers, output, bubbled: true });
    }
  },
  after(turn, { child: result }) {
    for (const [name, found] of Object.entries(result?.results ?? {})) setResult(turn, name, found);
  },
  waitsFor({ at, node, frame }) {
    const childRunId = frame.childId ?? "";
    return { blockedOn: { type: "child", address: at, childRunId, workflow: node.workflow } };
  },
});

/** Why a run may not start a child of its own, or nothing when it may. */
export function depthFailure(turn: Turn, workflow: string) {
  if (turn.env.run.depth + 1 <= limits.workflowDepthMax) return undefined;
  const message = `'${workflow}' would be ${turn.env.run.depth + 1} workflows below the root, at most ${limits.workflowDepthMax} are allowed`;
  return { code: "depth_limit", message };
}

function startChild(turn: Turn, { at, node, frame }: AttemptSpot<ChildNode>): void {
  const childId = turn.env.childId({ address: at, attempt: frame.attempt });
  frame.childId = childId;
  ask(turn, {
    type: "startChild",
    childId,
    address: at,
    workflow: node.workflow,
    ...childInputs(node.inputs, variablesFor(turn, at), secretNames(turn)),
    ...defined({ identity: node.as ?? turn.env.run.identity }),
  });
  note(turn, { type: "child.started", address: at, childRunId: childId, workflow: node.workflow });
}

/** A failed child may be tried again; a cancelled one was stopped on purpose. */
function outcomeOf({ status, markers, context, error, totals }: ChildResult): Outcome {
  const { hasLlmMetrics: _flag, ...usage } = totals;
  if (status === "completed")
    return { type: "succeeded", markers, context, resultText: "child run completed", usage };
  const message = error === undefined ? `child run ${status}` : `child run ${status}: ${error.message}`;
  return { type: "failed", error: { code: "child_failed", message }, retryable: status === "failed", usage };
}
