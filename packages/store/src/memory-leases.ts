/**
 * Leases in memory. They lie in the state of a memory store, so that activations are checked against them.
 */
import type { LeaseStore, RunStore } from "@runfleet/model";
import { memoryStateOf } from "./memory-store.js";

export interface MemoryLeasesOptions {
  /** Epoch ms; expiry is judged by it. */
  readonly now: () => number;
  /** From `createMemoryStore`. */
  readonly store: RunStore;
  /** Clock of the deadlines. Default `performance.now()`; a simulation gives its own. */
  readonly monoNow?: () => number;
}

/** Tokens are counted, so a simulation gives the same ones each time. */
export function createMemoryLeases(options: MemoryLeasesOptions): Required<LeaseStore> {
  const { now, monoNow = () => performance.now() } = options;
  const state = memoryStateOf(options.store);
  const { leases } = state;
  const nextToken = (): string => {
    state.tokens += 1;
    return `lease-${state.tokens}`;
  };
  const live = (runId: string) => {
    const lease = leases.get(runId);
    return lease !== undefined && lease.expiresAt > now() ? lease : undefined;
  };
  return {
    draw: (runId, ttlMs) => ({ runId, token: nextToken(), deadlineMonoMs: monoNow() + ttlMs }),
    acquire: async (runId, ttlMs) => {
      const holder = live(runId);
      if (holder !== undefined) return { tag: "busy", retryAfterMs: holder.expiresAt - now() };
      const token = nextToken();
      leases.set(runId, { token, expiresAt: now() + ttlMs });
      return { tag: "held", lease: { runId, token, deadlineMonoMs: monoNow() + ttlMs } };
    },
    renew: async (lease, ttlMs) => {
      if (live(lease.runId)?.token !== lease.token) return { tag: "lost" };
      leases.set(lease.runId, { token: lease.token, expiresAt: now() + ttlMs });
      return { tag: "renewed", lease: { ...lease, deadlineMonoMs: monoNow() + ttlMs } };
    },
    release: async (lease) => {
      if (leases.get(lease.runId)?.token === lease.token) leases.delete(lease.runId);
    },
    close: async () => {},
  };
}
