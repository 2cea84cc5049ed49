/**
 * What a memory store holds, taken out whole and put back: what a failover to a replica that lags behind does to Redis.
 * Lease tokens given out are not taken back, since real ones are random and never come twice.
 */
import type { RunStore } from "@runfleet/model";
import type { MemoryState } from "./memory/memory-state.js";
import { memoryStateOf } from "./memory-store.js";

/** Nobody shares an object with the store. */
export type MemorySnapshot = Omit<MemoryState, "now" | "cancelListeners" | "historyWaiters" | "tokens">;

/** Throws `invalid_usage` for any other store than `createMemoryStore`'s. */
export function takeSnapshot(store: RunStore): MemorySnapshot {
  const {
    now: _now,
    cancelListeners: _listeners,
    historyWaiters: _waiters,
    tokens: _,
    ...held
  } = memoryStateOf(store);
  return structuredClone(held);
}

/** Puts the store back to what it held then; followers and listeners stay. */
export function restoreSnapshot(store: RunStore, snapshot: MemorySnapshot): void {
  const state = memoryStateOf(store);
  const held = structuredClone(snapshot);
  refill(state.runs, held.runs);
  refill(state.idempotency, held.idempotency);
  refill(state.outbox, held.outbox);
  refill(state.timers, held.timers);
  refill(state.leases, held.leases);
  refill(state.permits.held, held.permits.held);
  refill(state.permits.waiters, held.permits.waiters);
  refill(state.permits.declared, held.permits.declared);
  refill(state.permits.set, held.permits.set);
  refill(state.permits.rates, held.permits.rates);
  refill(state.definitions, held.definitions);
  refill(state.published, held.published);
  refill(state.schedules, held.schedules);
  refill(state.workers, held.workers);
  refill(state.scaling.policies, held.scaling.policies);
  refill(state.scaling.turns, held.scaling.turns);
  refill(state.sinks, held.sinks);
  refill(state.unfiled, held.unfiled);
  refill(state.kept, held.kept);
  refill(state.usage, held.usage);
  state.orphans.clear();
  for (const row of held.orphans) state.orphans.add(row);
  state.fleetEvents.splice(0, Number.POSITIVE_INFINITY, ...held.fleetEvents);
  state.lastFact = held.lastFact;
}

function refill<V>(map: Map<string, V>, entries: ReadonlyMap<string, V>): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}
