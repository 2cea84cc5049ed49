/**
 * The order of a run's steps, the same in both stores.
 */
import type { StepRecord } from "@runfleet/model";

/** Steps lie in the order of their ordinals, attempts of one step in the order of their numbers. */
export function stepScore(step: Pick<StepRecord, "ordinal" | "attempt">): number {
  return step.ordinal + Math.min(step.attempt, 9_999) / 10_000;
}
