/**
 * How a run ends that no worker ends, and what its parent is told: nobody read its state, so it has a failure and its
 * totals and nothing else.
 */
import type { CancelReply, ChildResult, Failure, Finish, Granting, RunRecord } from "@runfleet/model";

export interface Unowned {
  readonly status: Extract<ChildResult["status"], "failed" | "cancelled">;
  readonly error: Failure;
}

/** Somebody ended the run at once. */
export function terminated(by: string): Unowned {
  return cancelled(`terminated by ${by}`);
}

/** A cancel of a run that no worker has ever taken. */
export function cancelled(reason: string): Unowned {
  return { status: "cancelled", error: { code: "run_cancelled", message: reason } };
}

/** What is left to do for whoever asked: the job goes, the parent and those who got the permits may go on. */
export function untakenCancelled(
  { pool, parentId, parentPool = pool }: RunRecord,
  granting: Granting,
): CancelReply {
  const ended = { tag: "cancelled", pool, ...granting } as const;
  return parentId === undefined ? ended : { ...ended, parent: { id: parentId, pool: parentPool } };
}

/** Nothing for a run without a parent. */
export function unownedChildEvent(
  run: RunRecord,
  ending: Unowned & { readonly now: number },
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
        status: ending.status,
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
