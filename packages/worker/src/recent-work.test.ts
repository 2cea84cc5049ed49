/** What a worker says it did of late. */
import { expect, test } from "vitest";
import { createRecentWork, recentWorkMs } from "./recent-work.js";

/** Mean time a run held a slot, milliseconds. */
function meanMs({ taken, heldMs }: { readonly taken: number; readonly heldMs: number }): number {
  return heldMs / taken;
}

test("a worker that did nothing took nothing", () => {
  expect(createRecentWork(0).sums(5_000)).toEqual({ taken: 0, heldMs: 0 });
});

test("the quotient of the sums is how long a run holds a slot", () => {
  const work = createRecentWork(0);
  for (let at = 0; at < 300_000; at += 1_000) {
    work.took(at);
    work.gave(at + 250);
  }
  expect(meanMs(work.sums(300_000)) / 250).toBeCloseTo(1, 1);
});

test("runs that are still in hand count with the time they have been", () => {
  const work = createRecentWork(0);
  work.took(0);
  expect(meanMs(work.sums(1_000)) / 1_000).toBeCloseTo(1, 1);
  expect(meanMs(work.sums(600_000))).toBeGreaterThan(600_000);
});

test("a new kind of work is seen within two minutes", () => {
  const work = createRecentWork(0);
  for (let at = 0; at < 600_000; at += 1_000) {
    work.took(at);
    work.gave(at + (at < 400_000 ? 10 : 900));
  }
  expect(meanMs(work.sums(400_000 + 2 * recentWorkMs))).toBeGreaterThan(700);
});
