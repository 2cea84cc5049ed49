/** How long a job may lie still and how its time is computed. Used by the queue on Redis and by its twin in memory. */
import { delayMsMax, RunfleetError, scheduleProblem } from "@runfleet/model";

/** A handler that threw leaves its run to the next look: soon, but not in a tight loop. */
export const thrownRetryMs = 1_000;

/**
 * When a parked run is looked at next; `until` absent = only a wake-up should end the wait. Epoch milliseconds. A run
 * parked longer than the queue can hold is woken, looks, and parks again.
 */
export function parkedUntil(until: number | undefined, now: number): number {
  const latest = now + delayMsMax;
  return until === undefined ? latest : Math.min(until, latest);
}

/** Throws `invalid_usage` for a delay or priority that the queue cannot keep. */
export function checkSchedule(job: { readonly delayMs?: number; readonly priority?: number }): void {
  const problem = scheduleProblem(job);
  if (problem !== undefined) throw new RunfleetError("invalid_usage", problem);
}
