/** How long a job may lie still and how its time is computed. Used by the queue on Redis and by its twin in memory. */
import { RunfleetError } from "@runfleet/model";

/**
 * The longest delay handed to BullMQ. It keeps delayed jobs in a sorted set with score `time * 4096`, which is exact
 * up to the year 2039; a year from now stays clear of that. A run parked longer is woken, looks, and parks again.
 */
const delayMsMax = 365 * 24 * 60 * 60 * 1000;

/** A handler that threw leaves its run to the next look: soon, but not in a tight loop. */
export const thrownRetryMs = 1_000;

/** When a parked run is looked at next; `until` absent = only a wake-up should end the wait. Epoch milliseconds. */
export function parkedUntil(until: number | undefined, now: number): number {
  const latest = now + delayMsMax;
  return until === undefined ? latest : Math.min(until, latest);
}

/** BullMQ's own bound for priorities: they share a 53 bit score with a counter. */
const priorityMax = 2_097_151;

/** Throws `invalid_usage` for a delay or priority that the queue cannot keep. */
export function checkSchedule(job: { readonly delayMs?: number; readonly priority?: number }): void {
  const { delayMs = 0, priority = 0 } = job;
  if (!(delayMs >= 0 && delayMs <= delayMsMax)) {
    throw new RunfleetError("invalid_usage", `delay ${delayMs} ms is not between 0 and ${delayMsMax} ms`);
  }
  if (!Number.isInteger(priority) || priority < 0 || priority > priorityMax) {
    throw new RunfleetError(
      "invalid_usage",
      `priority ${priority} is not a whole number from 0 to ${priorityMax}`,
    );
  }
}
