/**
 * How much a worker did of late: runs it took, and how long its slots were held, in sums that fade. Their quotient is how
 * long a run holds a slot; scaling asks for it. Knows no clock: every call says what time it is.
 */

/** A sum loses two thirds of its weight in this time: long enough for a mean, short enough to follow a new kind of work. */
export const recentWorkMs = 60_000;

export interface RecentWork {
  took(now: number): void;
  gave(now: number): void;
  /** Runs, and milliseconds of slots; those still in hand count up to now. */
  sums(now: number): { readonly taken: number; readonly heldMs: number };
}

/** Times are milliseconds of any clock that never goes back. */
export function createRecentWork(startedAt: number): RecentWork {
  let at = startedAt;
  let inHand = 0;
  let taken = 0;
  let heldMs = 0;

  const moveTo = (now: number): void => {
    const left = Math.exp((at - now) / recentWorkMs);
    taken *= left;
    // What was held in each moment since, each faded by its own age.
    heldMs = heldMs * left + inHand * recentWorkMs * (1 - left);
    at = now;
  };

  return {
    took(now) {
      moveTo(now);
      taken += 1;
      inHand += 1;
    },
    gave(now) {
      moveTo(now);
      inHand -= 1;
    },
    sums(now) {
      moveTo(now);
      return { taken, heldMs };
    },
  };
}
