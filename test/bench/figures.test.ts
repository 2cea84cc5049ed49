/** The arithmetic of the bench: medians, ratios of pairs, and when the comparison fails. */
import { expect, test } from "vitest";
import { figuresOfEngine } from "./engine/bench-engine.mjs";
import { written } from "./reads/patterns.mjs";
import { findRegressions, type Measured } from "./results.mjs";
import { figuresOf, median, percentile } from "./statistics.mjs";

const workload = { title: "runs", unit: "runs/s", better: "higher" } as const;
const pair = (runfleet: number, bullmq: number) => ({
  runfleet: { value: runfleet },
  bullmq: { value: bullmq },
});

function measured(ratio: number, better: "higher" | "lower"): Measured {
  const figures = figuresOf({ ...workload, better }, [pair(ratio, 1)]);
  return { w1: figures };
}

test("the median of an even number of values lies between the two in the middle", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});

test("a percentile is one of the values", () => {
  expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  expect(percentile([1, 2], 0.99)).toBe(2);
});

test("the ratio is the median of what was measured together, whatever the machine did in between", () => {
  const figures = figuresOf(workload, [pair(50, 100), pair(5, 10), pair(80, 100)]);
  expect(figures).toMatchObject({ runfleet: 50, bullmq: 100, ratio: 0.5, repetitions: 3 });
  expect(figures.range.ratio).toEqual({ min: 0.5, max: 0.8 });
});

test("a ratio a fifth worse than the committed one is noise, one beyond that is told", () => {
  expect(findRegressions(measured(0.8, "higher"), measured(1, "higher"))).toEqual([]);
  expect(findRegressions(measured(0.79, "higher"), measured(1, "higher"))).toHaveLength(1);
  expect(findRegressions(measured(1.2, "lower"), measured(1, "lower"))).toEqual([]);
  expect(findRegressions(measured(1.21, "lower"), measured(1, "lower"))).toHaveLength(1);
});

test("a better ratio and a workload that was not measured before are no regression", () => {
  expect(findRegressions(measured(3, "higher"), measured(1, "higher"))).toEqual([]);
  expect(findRegressions(measured(0.1, "higher"), {})).toEqual([]);
});

test("what the engine costs late against early is the median of pairs, and is compared like every ratio", () => {
  const words = { title: "a step", unit: "µs", few: "early", many: "late" };
  const figures = figuresOfEngine(words, [
    { few: 10, many: 11 },
    { few: 50, many: 50 },
    { few: 20, many: 40 },
  ]);
  expect(figures).toMatchObject({ few: { what: "early", min: 10, median: 20, max: 50 }, ratio: 1.1 });
  expect(findRegressions({ step: { ...figures, ratio: 1.4 } }, { step: figures })).toHaveLength(1);
});

test("a pattern is written again under new ids and times, and the rest as it was", () => {
  const pattern = {
    ids: ["A1"],
    createdAt: [1_000],
    commands: [
      ["HSET", "{rf:0}:run:A1", "row", "000000000001000:A1", "startedAt", "1000"],
      ["ZADD", "{rf:0}:runs:completed", "0", "000000000001000:A1"],
    ] as const,
    copies: ["{rf:0}:run:A1:state"],
  };
  expect(written(pattern, { at: 5_000, newId: () => "B2" })).toEqual([
    ["HSET", "{rf:0}:run:B2", "row", "000000000005000:B2", "startedAt", "1000"],
    ["ZADD", "{rf:0}:runs:completed", "0", "000000000005000:B2"],
    ["COPY", "{rf:0}:run:A1:state", "{rf:0}:run:B2:state"],
  ]);
});
