/**
 * What both stores do before a run is created: limits, names the queue can hold, and the events and entries a new run begins with.
 */
import {
  type InboxEvent,
  limits,
  type NewRun,
  poolProblem,
  RunfleetError,
  scheduleProblem,
} from "@runfleet/model";
import { checkLimits } from "./permit-scope.js";

/** How long an idempotency key is remembered after its first use, whatever became of its run and its job. */
export const idempotencyKeptMs = limits.idempotencyKeptMs;

export function startedEvent(run: NewRun): InboxEvent {
  const { createdAt: at, kept } = run;
  return { type: "started", at, ...(kept === undefined ? {} : { kept }) };
}

/** Throws `too_large` with the limit's name, `invalid_usage` for what the queue could not hold. */
export function checkNewRun(run: NewRun): void {
  checkSizes(run);
  checkLimits(run);
  const problem = poolProblem(run.pool) ?? scheduleProblem(run);
  if (problem !== undefined) throw new RunfleetError("invalid_usage", problem);
}

function checkSizes(run: NewRun): void {
  const sizes = {
    inputsBytesMax: Buffer.byteLength(JSON.stringify(run.inputs)),
    keptBytesMax: Buffer.byteLength(JSON.stringify(run.kept ?? {})),
    nameBytesMax: Math.max(
      ...[run.workflow, run.label ?? "", run.idempotencyKey ?? ""].map((name) => Buffer.byteLength(name)),
    ),
  };
  for (const [name, size] of Object.entries(sizes)) {
    const limit = limits[name as keyof typeof sizes];
    if (size > limit) {
      const message = `the run of ${run.workflow.slice(0, 100)} is too large: ${name} is ${limit}, this is ${size}`;
      throw new RunfleetError("too_large", message, { details: { limit: name, max: limit, actual: size } });
    }
  }
}
