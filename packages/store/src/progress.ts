/**
 * What counts as progress of a run, the same in both stores. A run whose workers die again and again without any is in
 * a crash loop; opening it, telling that it resumed and asking for a step once more is none.
 */
import type { Commit, StepRecord } from "@runfleet/model";

/**
 * True when a step ended, or an item of a foreach did. Events that were consumed do not count: a sender that goes on
 * for ever would keep a run alive that kills each worker it gets.
 */
export function madeProgress(commit: Pick<Commit, "steps">): boolean {
  return commit.steps.some(hasEnded) || commit.steps.some(hasEndedItems);
}

export function hasEnded({ status }: StepRecord): boolean {
  return status !== "pending" && status !== "running" && status !== "waiting";
}

/** The record of an open foreach is written when its items move; while they are collected again it has none. */
function hasEndedItems({ progress }: StepRecord): boolean {
  return progress !== undefined && progress.completed + progress.failed + progress.skipped > 0;
}
