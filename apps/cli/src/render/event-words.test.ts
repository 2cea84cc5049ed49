import { zeroTotals } from "@runfleet/model";
import { expect, test } from "vitest";
import { eventWords } from "./event-words.js";

const at = Date.UTC(2026, 0, 5, 12);
const step = { address: "b.0", name: "plan", attempt: 1, at } as const;

test.each([
  [{ type: "step.started", kind: "call", ...step }, "call plan begins"],
  [
    { type: "step.completed", markers: ["a", "b"], ...step, attempt: 2 },
    "plan (attempt 2) completed, markers a, b",
  ],
  [{ type: "step.completed", markers: [], ...step }, "plan completed"],
  [
    { type: "branch.taken", address: "b.1", taken: false, condition: "if plan.ready", at },
    "if plan.ready: no",
  ],
  [{ type: "lease.lost", worker: "w1", generation: 5, at }, "worker w1 was lost"],
  [
    { type: "lease.acquired", worker: "w2", generation: 6, tookOver: true, at },
    "worker w2 takes the run over",
  ],
  [{ type: "fanout.collected", address: "b.0", count: 1, at }, "1 item to go through"],
  [
    { type: "run.waiting", on: "gate ok", until: at + 60_000, at },
    "waits for gate ok, until 12:01:00Z at most",
  ],
] as const)("%j is told as %s", (fact, words) => {
  expect(eventWords(fact)).toBe(words);
});

test("an answer is told with what was chosen and said, and without what was not", () => {
  const gate = { type: "gate.resolved", address: "b.0", name: "ok", by: "ann", at } as const;
  expect(eventWords({ ...gate, verdict: "approved", selections: ["a", "b"], feedback: "go" })).toBe(
    "ann approved gate ok, chose a, b: go",
  );
  expect(eventWords({ ...gate, verdict: "rejected" })).toBe("ann rejected gate ok");
});

test("a retry is told with its delay, if it has one", () => {
  const retry = { type: "step.retrying", ...step, attempt: 2, error: { code: "x", message: "no" } } as const;
  expect(eventWords({ ...retry, delayMs: 0 })).toBe("plan is tried again (attempt 2)");
  expect(eventWords({ ...retry, delayMs: 5_000 })).toBe("plan is tried again (attempt 2) in 5.0s");
});

test("sums are told as people count them", () => {
  const totals = { ...zeroTotals(), costUsd: 1.5, turns: 1, durationMs: 65_000 };
  expect(eventWords({ type: "metrics.updated", totals, at })).toBe(
    "used in all: $1.50, 1 turn, 1m05s of work",
  );
});

test("an event of a later version is called by its type", () => {
  expect(eventWords({ type: "constructor", at } as never)).toBe("constructor");
});
