/**
 * Precedence: the one number by which BullMQ orders ready jobs, from what a run is. Open runs are finished before fresh
 * ones are begun, whatever is started meanwhile.
 *
 *   0        runs that have begun: woken, yielded, taken over, retried. First come, first served
 *   1 to 5   fresh children, the deepest first
 *   6 on     fresh root runs, by the priority they were started with; 6 is none
 */
import { limits, type QueueJob } from "@runfleet/model";

/** BullMQ hands out jobs without a priority before all others. */
export const continuingPrecedence = 0;

const freshRootPrecedence = limits.workflowDepthMax + 1;
/** BullMQ's own bound; the last few priorities of a start share it. */
const precedenceMax = 2_097_151;

export function precedenceOf({ hasBegun, depth = 0, priority = 0 }: QueueJob): number {
  if (hasBegun === true) return continuingPrecedence;
  if (depth > 0) return Math.max(1, freshRootPrecedence - depth);
  return Math.min(freshRootPrecedence + priority, precedenceMax);
}
