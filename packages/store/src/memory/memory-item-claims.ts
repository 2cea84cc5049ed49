/** Ended runs that are items of a foreach, in memory. */
import { type ItemClaims, isEnded } from "@runfleet/model";
import { findRun, type MemoryState } from "./memory-state.js";

export function memoryItemClaims(state: MemoryState): ItemClaims {
  return {
    claimItem: async ({ runId, consumer, claim, instead }) => {
      const run = findRun(state, runId);
      if (run === undefined || !isEnded(run.status)) return { tag: "gone" };
      const present = run.claims.get(consumer);
      const isFree =
        present === undefined ||
        [claim, instead].some((each) => each?.by === present.by && each.childId === present.childId);
      if (!isFree) return { tag: "claimed", claim: { ...present } };
      run.claims.set(consumer, { ...claim });
      return { tag: "given" };
    },
  };
}
