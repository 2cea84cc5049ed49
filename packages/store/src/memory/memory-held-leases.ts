/** What the store does with the leases that lie in it: looks at them, takes them with runs and gives them back with those. */
import type { Fence } from "@runfleet/model";
import type { MemoryState } from "./memory-state.js";

interface Wanted {
  readonly runId: string;
  readonly leaseToken: string;
  readonly leaseTtlMs?: number;
}

/** Of a lease that lives: whose it is, and for how long. */
function liveLease({ leases, now }: MemoryState, runId: string) {
  const lease = leases.get(runId);
  if (lease === undefined || lease.expiresAt <= now()) return undefined;
  return { token: lease.token, forMs: lease.expiresAt - now() };
}

export function holdsLease(state: MemoryState, { runId, leaseToken }: Wanted): boolean {
  return liveLease(state, runId)?.token === leaseToken;
}

/** Why a run cannot be had under this lease; nothing when it is held, or free to be taken. */
export function leaseRefusal(state: MemoryState, wanted: Wanted) {
  if (holdsLease(state, wanted)) return undefined;
  if (wanted.leaseTtlMs === undefined) return { tag: "lost" } as const;
  const others = liveLease(state, wanted.runId);
  return others === undefined ? undefined : ({ tag: "busy", retryAfterMs: others.forMs } as const);
}

/** Unless it is held already. */
export function takeLease(state: MemoryState, wanted: Wanted): void {
  const { runId, leaseToken: token, leaseTtlMs } = wanted;
  if (leaseTtlMs === undefined || holdsLease(state, wanted)) return;
  state.leases.set(runId, { token, expiresAt: state.now() + leaseTtlMs });
}

/** One that is somebody else's stays. */
export function giveBackLease(
  { leases }: MemoryState,
  { runId, nonce }: Pick<Fence, "runId" | "nonce">,
): void {
  if (leases.get(runId)?.token === nonce) leases.delete(runId);
}
