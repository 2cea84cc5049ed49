/**
 * The order of a run's steps, the same in both stores.
 */
import { RunfleetError, type StepRecord } from "@runfleet/model";

/**
 * Steps lie in the order of their ordinals, attempts of one step in the order of their numbers. Also what a cursor of a list
 * of steps says: the place of the first one of the next page.
 */
export function stepPlace(step: Pick<StepRecord, "ordinal" | "attempt">): number {
  return step.ordinal * 10_000 + Math.min(step.attempt, 9_999);
}

/** The place a cursor says. Throws `invalid_usage`. */
export function readPlace(cursor: string | undefined): number {
  const place = Number(cursor ?? "0");
  if (!Number.isSafeInteger(place) || place < 0)
    throw new RunfleetError("invalid_usage", `"${cursor}" is not a cursor of a list of steps`);
  return place;
}
