/** The order in which open frames are looked at: that of the definition, so that equal states decide equally. */
import type { Address, RunState } from "@runfleet/model";

/** Addresses of all open frames, parents before children, siblings in their order. */
export function openAddresses(state: RunState): Address[] {
  return inOrder(Object.keys(state.frames));
}

/** Addresses in the order of the definition. Comparing takes them apart, so sort few: what is due, what is waited for. */
export function inOrder(addresses: readonly Address[]): Address[] {
  return addresses
    .map((address) => ({ address, steps: stepsOf(address) }))
    .sort((left, right) => compare(left.steps, right.steps))
    .map(({ address }) => address);
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
