/** What the policy is told follows from a backlog and from what workers say. */
import type { WorkerPresence } from "@runfleet/model";
import { expect, test } from "vitest";
import { observePool } from "./index.js";

const worker: WorkerPresence = {
  ...{ id: "w", pid: 1, host: "h", pools: ["default"], slots: 32, busy: 0, version: "0.1.0", lastSeen: 0 },
};
const backlog = { ready: 5, waiting: 9, dueSoon: 2, active: 7, next: ["r"] };
const pool = { at: 1_000, pool: "default", backlog };

test("a pool without workers says nothing of slots", () => {
  expect(observePool({ ...pool, workers: [], oldestReadyMs: 40 })).toEqual({
    ...{ at: 1_000, ready: 5, dueSoon: 2, busy: 7, workers: 0, busyWorkers: 0, oldestReadyMs: 40 },
  });
});

test("workers of other pools and workers that leave are not counted", () => {
  const workers = [
    { ...worker, busy: 3, recent: { taken: 10, heldMs: 500 } },
    { ...worker, slots: 16, pools: ["gpu", "default"], recent: { taken: 30, heldMs: 3_500 } },
    { ...worker, busy: 9, leaving: true, recent: { taken: 1, heldMs: 90_000 } },
    { ...worker, busy: 9, pools: ["gpu"] },
  ];
  expect(observePool({ ...pool, workers })).toEqual({
    ...{ at: 1_000, ready: 5, dueSoon: 2, busy: 7, workers: 2, busyWorkers: 1, slots: 24, slotMs: 100 },
  });
});
