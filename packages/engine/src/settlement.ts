/**
 * How a node ended, as its parent is told. Failures and stops carry the trail of frames that were open below, so
 * that an operator's retry of the run can go on at that place.
 */
import type { Address, Failure, Frame, KeptStep, Trail } from "@runfleet/model";
import { isBelow } from "@runfleet/model";

export type Settlement =
  /** `skipped`: not run, or its failure was forgiven. Markers only from steps. */
  | { readonly type: "completed"; readonly skipped?: true; readonly markers?: readonly string[] }
  /** `fatal`: stops every enclosing block even when the run goes on after failures. */
  | { readonly type: "failed"; readonly error: Failure; readonly fatal: boolean; readonly trail: Trail }
  /** Stopped from outside: cancel, run timeout, fail-fast. */
  | { readonly type: "cancelled"; readonly trail: Trail };

export const completed: Settlement = { type: "completed" };

/** The child's end handed on by a block around it, which adds its own frame to the trail. */
export function handedOn(settlement: Settlement, at: Address, frame: Frame): Settlement {
  if (settlement.type === "completed") return completed;
  return { ...settlement, trail: { ...settlement.trail, [at]: frame } };
}

/** How a kept step ends that knows no other attempts. One whose time ran out had been allowed to go on. */
export function keptSettlement(
  { status, markers, error }: KeptStep,
  failure: { readonly fatal: boolean; readonly trail: Trail },
): Settlement {
  if (status === "cancelled") return { type: "cancelled", trail: failure.trail };
  if (status !== "failed") return { type: "completed", markers };
  return { type: "failed", error: error ?? { code: "step_failed", message: "" }, ...failure };
}

/** The part of a trail that belongs to one node and everything below it. */
export function trailOf(trail: Trail, at: Address): Trail {
  return Object.fromEntries(
    Object.entries(trail).filter(([address]) => address === at || isBelow(address, at)),
  );
}

/** A trail without one node and everything below it, or `undefined` when nothing is left. */
export function trailWithout(trail: Trail, at: Address): Trail | undefined {
  const rest = Object.entries(trail).filter(([address]) => address !== at && !isBelow(address, at));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}
