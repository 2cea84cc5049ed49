/**
 * The rest of the store, in memory: what sweepers ask for, published workflows, which workers are there.
 */
import { limits, type OutboxEntry, type PublishedWorkflow, type RunStore } from "@runfleet/model";
import { pageOf, pageRows } from "../page.js";
import { presenceKeptMs, wakeableAgainMs, wakeableAgainPerRunMs } from "../sweep-times.js";
import type { MemoryState } from "./memory-state.js";

type Sweeps = Pick<RunStore, "outboxDone" | "outboxPending" | "wakeable" | "silentOwners">;
type Workflows = Pick<RunStore, "publish" | "findWorkflow" | "listWorkflows" | "readDefinition">;
type Presence = Pick<RunStore, "announceWorker" | "withdrawWorker" | "listWorkers">;

export function memorySweeps(state: MemoryState): Sweeps {
  return {
    outboxDone: async (ids) => {
      for (const id of ids) state.outbox.delete(id);
    },
    outboxPending: async ({ olderThanMs, limit }) => {
      const before = state.now() - olderThanMs;
      const aged = [...state.outbox].map(([id, { at, json }]) => ({ id, at, json }));
      const told = dueFirst(aged, before, limit);
      for (const { id, json } of told) state.outbox.set(id, { at: state.now(), json });
      return told.map(({ json }) => JSON.parse(json) as OutboxEntry);
    },
    wakeable: async ({ limit }) => {
      const timers = [...state.timers].map(([id, at]) => ({ id, at }));
      const due = dueFirst(timers, state.now(), limit);
      const againMs = Math.max(wakeableAgainMs, timers.length * wakeableAgainPerRunMs);
      for (const { id } of due) state.timers.set(id, state.now() + againMs);
      return due.map(({ id }) => id);
    },
    silentOwners: async ({ silentMs, limit }) => {
      const owned = [...state.runs.values()].flatMap((run) =>
        run.owner === undefined ? [] : [{ id: run.info.id, at: run.heartbeatAt ?? 0 }],
      );
      return dueFirst(owned, state.now() - silentMs, limit).map(({ id }) => id);
    },
  };
}

/** The oldest, up to a time; equal times in the order of ids. */
function dueFirst<T extends { readonly id: string; readonly at: number }>(
  rows: readonly T[],
  until: number,
  limit: number,
): T[] {
  return rows
    .filter((row) => row.at <= until)
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    .slice(0, pageRows(limit));
}

export function memoryWorkflows(state: MemoryState): Workflows {
  return {
    publish: async (workflows) => {
      for (const { name, hash, json } of workflows) {
        state.definitions.set(hash, json);
        state.published.set(name, { name, hash, publishedAt: state.now() });
      }
    },
    findWorkflow: async (name) => state.published.get(name),
    listWorkflows: async ({ limit, cursor }) => {
      const left = [...state.published.values()]
        .filter(({ name }) => cursor === undefined || name > cursor)
        .sort((a: PublishedWorkflow, b: PublishedWorkflow) => (a.name < b.name ? -1 : 1));
      return pageOf(left, { limit, cursorOf: ({ name }) => name });
    },
    readDefinition: async (hash) => state.definitions.get(hash),
  };
}

export function memoryPresence(state: MemoryState): Presence {
  return {
    announceWorker: async (worker) => {
      const lastSeen = state.now();
      state.workers.set(worker.id, { ...worker, pools: [...worker.pools], lastSeen });
      return lastSeen;
    },
    withdrawWorker: async (workerId) => {
      state.workers.delete(workerId);
    },
    listWorkers: async () =>
      [...state.workers.values()]
        .filter(({ lastSeen }) => lastSeen > state.now() - presenceKeptMs)
        .sort((a, b) => a.lastSeen - b.lastSeen || (a.id < b.id ? -1 : 1))
        .slice(0, limits.pageRowsMax),
  };
}
