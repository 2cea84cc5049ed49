/**
 * How many children may end before a parked parent is woken: each wake-up reads the parent's whole state, so a parent of
 * many children hears of several at once. Never of the last one late: by then as many have ended as it waits for.
 */
import type { BlockedOn } from "@runfleet/model";

/** Below this many children at once each end is worth a wake-up: a free place in a small window matters more. */
const windowMin = 16;
/** A parent is woken when this share of its open children has ended. */
const shareOfWindow = 8;

/** How long the end of a child that completed may wait for others, ms: far below what a child of a wide window takes. */
export const togetherMs = 100;

/** Absent = every event wakes the run at once, as everything but the end of a completed child does anyway. */
export function patienceOf(blockedOn: readonly BlockedOn[]): number | undefined {
  if (blockedOn.some(({ type }) => type === "child")) return undefined;
  const windows = blockedOn.flatMap((wait) => (wait.type === "items" ? [wait.running] : []));
  const smallest = Math.min(...windows);
  return windows.length === 0 || smallest < windowMin ? undefined : Math.floor(smallest / shareOfWindow);
}
