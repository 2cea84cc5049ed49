/** Pauses between attempts. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "./backoff.js";

const step = { runId: "run", address: "b.1" };

test("without a delay there is no pause", () => {
  expect(backoffMs({ ...step, failures: 3 })).toBe(0);
});

test("a fixed pause is the same every time", () => {
  expect(
    [1, 2, 9].map((failures) => backoffMs({ ...step, failures, retryDelayMs: 700, backoff: "fixed" })),
  ).toEqual([700, 700, 700]);
});

test("an exponential pause doubles, within a quarter around, up to an hour", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.string(), (failures, runId) => {
      const pauseMs = backoffMs({ runId, address: "b.1", failures, retryDelayMs: 1_000 });
      const baseMs = Math.min(1_000 * 2 ** (failures - 1), 3_600_000);
      expect(pauseMs).toBeGreaterThanOrEqual(baseMs * 0.75);
      expect(pauseMs).toBeLessThanOrEqual(baseMs * 1.25);
    }),
  );
});

test("the same attempt of the same step pauses equally long, those of other runs differ", () => {
  const pause = (runId: string) => backoffMs({ ...step, runId, failures: 1, retryDelayMs: 1_000_000 });
  expect(pause("one")).toBe(pause("one"));
  expect(new Set(["one", "two", "three", "four"].map(pause)).size).toBe(4);
});

test("a delay longer than an hour is not shortened", () => {
  expect(backoffMs({ ...step, failures: 5, retryDelayMs: 86_400_000 })).toBeGreaterThanOrEqual(64_800_000);
});

test("the pause is never shorter than the attempt asked for", () => {
  expect(backoffMs({ ...step, failures: 1, retryDelayMs: 100, backoff: "fixed", retryAfterMs: 5_000 })).toBe(
    5_000,
  );
  expect(backoffMs({ ...step, failures: 1, retryDelayMs: 100, backoff: "fixed", retryAfterMs: -5 })).toBe(
    100,
  );
});
