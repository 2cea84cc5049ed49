/**
 * The store's twin in memory, for simulations and for users' own tests: same answers, nothing durable, the clock is the
 * caller's. `followHistory` and `awaitEnd` alone wait in real time.
 */
import { type CancelFeed, RunfleetError, type RunStore } from "@runfleet/model";
import { memoryCounts } from "./memory/memory-counts.js";
import { memoryUnownedEndings } from "./memory/memory-endings.js";
import { memoryItemClaims } from "./memory/memory-item-claims.js";
import { memoryLogReads } from "./memory/memory-log.js";
import { memoryOutsideWrites } from "./memory/memory-outside-writes.js";
import { memoryLimitWrites } from "./memory/memory-permits.js";
import { memoryReads } from "./memory/memory-reads.js";
import { memoryRetention } from "./memory/memory-retention.js";
import { memoryScaling } from "./memory/memory-scaling.js";
import { memorySchedules } from "./memory/memory-schedules.js";
import { memorySinkFeed } from "./memory/memory-sink-feed.js";
import { createMemoryState, type MemoryState } from "./memory/memory-state.js";
import { memoryPresence, memorySweeps, memoryWorkflows } from "./memory/memory-sweeps.js";
import { memoryUsage } from "./memory/memory-usage.js";
import { memoryWorkerWrites } from "./memory/memory-worker-writes.js";

const states = new WeakMap<object, MemoryState>();

/** `now` gives epoch ms. */
export function createMemoryStore(options: { readonly now: () => number }): RunStore & CancelFeed {
  const state = createMemoryState(options.now);
  const store: RunStore & CancelFeed = {
    ...memoryOutsideWrites(state),
    ...memoryWorkerWrites(state),
    ...memoryUnownedEndings(state),
    ...memoryReads(state),
    ...memoryLogReads(state),
    ...memoryLimitWrites(state),
    ...memorySweeps(state),
    ...memorySchedules(state),
    ...memoryScaling(state),
    ...memorySinkFeed(state),
    ...memoryRetention(state),
    ...memoryItemClaims(state),
    ...memoryWorkflows(state),
    ...memoryPresence(state),
    ...memoryUsage(state),
    ...memoryCounts(state),
    subscribe: async (listener) => {
      const own = (runId: string) => listener(runId);
      state.cancelListeners.add(own);
      return async () => {
        state.cancelListeners.delete(own);
      };
    },
    close: async () => {
      state.cancelListeners.clear();
      for (const waiters of [...state.historyWaiters.values()]) for (const wake of [...waiters]) wake();
    },
  };
  states.set(store, state);
  return store;
}

/** What a memory store remembers, for the leases beside it. Throws `invalid_usage` for any other store. */
export function memoryStateOf(store: RunStore): MemoryState {
  const state = states.get(store);
  if (state === undefined) {
    throw new RunfleetError("invalid_usage", "leases in memory need the store of createMemoryStore");
  }
  return state;
}
