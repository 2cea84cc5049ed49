/**
 * What a parent is told about a child that ended without a worker: nobody read its state, so it has a failure and its
 * totals and nothing else.
 */
import type { Failure, Finish, RunRecord } from "@runfleet/model";

/** Nothing for a run without a parent. */
export function unownedChildEvent(
  run: RunRecord,
  ending: { readonly error: Failure; readonly now: number },
): Finish["parentEvent"] {
  if (run.parentId === undefined || run.parentAddress === undefined) return undefined;
  return {
    parentId: run.parentId,
    event: {
      type: "childFinished",
      at: ending.now,
      childId: run.id,
      address: run.parentAddress,
      result: {
        status: "failed",
        error: ending.error,
        markers: [],
        context: "",
        totals: run.totals,
        results: {},
        contexts: [],
      },
    },
  };
}
