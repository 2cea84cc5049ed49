/** The order in which open frames are looked at: that of the definition, so that equal states decide equally. */
import type { Address, Frame, RunState } from "@runfleet/model";

/** All open frames with their addresses, parents before children, siblings in their order. */
export function openFrames(state: RunState): Placed<Frame>[] {
  return inOrder(Object.entries(state.frames));
}

export type Placed<T> = readonly [Address, T];

/** What lies at addresses, in their order. Comparing takes them apart, so sort few: what is due, what is waited for. */
export function inOrder<T>(placed: readonly Placed<T>[]): Placed<T>[] {
  return placed
    .map((one) => ({ one, steps: stepsOf(one[0]) }))
    .sort((left, right) => compare(left.steps, right.steps))
    .map(({ one }) => one);
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, step] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (step !== other) return step - other;
  }
  return left.length - right.length;
}

/** `b` and `a` first (body before always), an `on_fail` agent after everything else of its step. */
function stepsOf(address: Address): number[] {
  return address.split(/[.@]/).map((step) => stepOrder(step));
}

function stepOrder(step: string): number {
  if (step === "b") return 0;
  if (step === "a") return 1;
  return step === "f" ? Number.MAX_SAFE_INTEGER : Number.parseInt(step, 10);
}
