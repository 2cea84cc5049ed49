/**
 * Suspects take turns. A run that several workers died on in a row may be what kills them, or a bystander that was in
 * the same process each time. So a worker has at most one suspect at a time in hand: if the worker dies, only that one
 * is counted again, and bystanders come through while the culprit reaches its limit. Knows no runs but by id.
 *
 *   free → (somebody asks) → asked → (no suspect, or not opened) → free
 *                                  → (a suspect) → held → (its activation ends, or it lived long enough) → free
 */
import { limits } from "@runfleet/model";

export interface SuspectTurn {
  /** How many recoveries the run may have that is opened now. Followed by `opened` or `closed`. */
  admits(runId: string): number;
  /** The run was opened with this many recoveries: a suspect keeps the turn, any other gives it back. */
  opened(runId: string, recoveries: number): void;
  /** The run is in hand no more. */
  closed(runId: string): void;
}

export function createSuspectTurn(options: {
  /** How long a suspect has the worker to itself: long enough for a step that kills its worker soon. */
  readonly aloneMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}): SuspectTurn {
  let holder: { readonly runId: string; readonly until: number } | undefined;

  const closed = (runId: string): void => {
    if (holder?.runId === runId) holder = undefined;
  };

  return {
    admits(runId) {
      const now = options.now();
      if (holder !== undefined && holder.until > now) return limits.suspectRecoveries - 1;
      holder = { runId, until: now + options.aloneMs };
      return limits.recoveriesMax;
    },
    opened(runId, recoveries) {
      if (recoveries < limits.suspectRecoveries) closed(runId);
    },
    closed,
  };
}
