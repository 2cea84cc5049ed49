/**
 * Statuses of runs and steps and the transitions that are legal.
 *
 *   run   pending → running ⇄ waiting → completed | failed | cancelled, with `cancelling` in between after a
 *         cancel request; failed → running when an operator retries.
 *   step  pending → running | waiting → completed | failed | skipped | timed_out | cancelled
 */

export const runStatuses = [
  "pending",
  "running",
  "waiting",
  "cancelling",
  "completed",
  "failed",
  "cancelled",
] as const;
export type RunStatus = (typeof runStatuses)[number];

export const stepStatuses = [
  "pending",
  "running",
  "waiting",
  "completed",
  "failed",
  "skipped",
  "timed_out",
  "cancelled",
] as const;
export type StepStatus = (typeof stepStatuses)[number];

const ended: ReadonlySet<RunStatus> = new Set(["completed", "failed", "cancelled"]);

export const runTransitions: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  pending: ["running", "cancelling", "cancelled", "failed"],
  running: ["waiting", "pending", "cancelling", "completed", "failed", "cancelled"],
  waiting: ["pending", "running", "cancelling", "cancelled", "failed"],
  cancelling: ["cancelled", "completed", "failed"],
  completed: [],
  failed: ["pending", "running"],
  cancelled: [],
};

/** True for completed, failed and cancelled. */
export function isEnded(status: RunStatus): boolean {
  return ended.has(status);
}

/** True when a run may go from one status to the other; staying is always legal. */
export function mayBecome(from: RunStatus, to: RunStatus): boolean {
  return from === to || runTransitions[from].includes(to);
}
