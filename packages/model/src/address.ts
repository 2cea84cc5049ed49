/**
 * An address names one open node of one run: the path in the definition's tree with loop iterations in it.
 * `b` is the body, `a` the always block, `b.2` its third node, `b.2.0@1` the body of loop `b.2` in iteration 1,
 * `b.2.0@1.4` that body's fifth node. Two executions of one node in one run never share an address.
 */

/** For example `b.2.0@1.4`. */
export type Address = string;

export const bodyAddress: Address = "b";
export const alwaysAddress: Address = "a";

/** Address of the child at `index` of the node at `parent`. */
export function childAddress(parent: Address, index: number): Address {
  return `${parent}.${index}`;
}

/** Address of the body of the loop at `loop` in one iteration. */
export function iterationAddress(loop: Address, iteration: number): Address {
  return `${loop}.0@${iteration}`;
}

/** Address of the agent that runs after the step at `step` has failed (`on_fail`). */
export function fallbackAddress(step: Address): Address {
  return `${step}.f`;
}

/** Address of the parent, or `undefined` for `b` and `a`. */
export function parentAddress(address: Address): Address | undefined {
  const dot = address.lastIndexOf(".");
  return dot < 0 ? undefined : address.slice(0, dot);
}

/** True when `address` lies strictly below `ancestor`. */
export function isBelow(address: Address, ancestor: Address): boolean {
  return address.startsWith(`${ancestor}.`);
}

/** The path without iterations: `b.2.0@1.4` becomes `b.2.0.4`. Names the node in the definition. */
export function nodePath(address: Address): string {
  return address.includes("@") ? address.replace(/@\d+/g, "") : address;
}

/** Iteration of the innermost loop around `address`, 0 outside loops. */
export function iterationOf(address: Address): number {
  const at = address.lastIndexOf("@");
  return at < 0 ? 0 : Number.parseInt(address.slice(at + 1), 10);
}

/** Key of one attempt of one step: `b.2#1`. Attempts count from 1. */
export function attemptKey(address: Address, attempt: number): string {
  return `${address}#${attempt}`;
}
