import { partitionOf } from "@runfleet/model";
import { newRunId } from "@runfleet/store";
import { expect, test } from "vitest";
import { keyedRunId, placeRun } from "./place-run.js";

const newId = () => newRunId(Date.now());
const free = { idempotencyKey: undefined, isLimited: false, newId };

test("in one partition an id has no mark", () => {
  expect(placeRun(free, 1)).toMatch(/^[0-9A-Z]{26}$/);
  expect(placeRun({ ...free, idempotencyKey: "k", isLimited: true }, 1)).toBe(keyedRunId("k", 1));
});

test("runs are spread over all partitions, about evenly", () => {
  const counts = [0, 0, 0, 0];
  for (let run = 0; run < 4_000; run += 1) {
    const at = partitionOf(placeRun(free, 4));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(800);
});

test("a key always leads to the same partition, a limit to the first, and both together nowhere", () => {
  expect(placeRun({ ...free, idempotencyKey: "k" }, 4)).toBe(keyedRunId("k", 4));
  for (let run = 0; run < 50; run += 1)
    expect(partitionOf(placeRun({ ...free, isLimited: true }, 4))).toBe(0);
  expect(() => placeRun({ ...free, idempotencyKey: "k", isLimited: true }, 4)).toThrow(
    expect.objectContaining({ code: "invalid_usage" }),
  );
});
