/** The arithmetic of the bench: medians, ratios of pairs, and when the comparison fails. */
import { expect, test } from "vitest";
import { figuresOfEngine } from "./engine/bench-engine.mjs";
import { loopFigures } from "./loop/bench-loop.mjs";
import { written } from "./reads/patterns.mjs";
import { findRegressions, type Measured, resultsNameOf } from "./results.mjs";
import { soakFigures } from "./soak/bench-soak.mjs";
import { trendOf, withoutRuns } from "./soak/trend.mjs";
import { figuresOf, median, percentile, sequenceShareOf } from "./statistics.mjs";
import { takeoverFigures } from "./takeover/bench-takeover.mjs";
import { readLine } from "./watch-commands.mjs";
import { workersFigures } from "./workers/bench-workers.mjs";

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

test("a row without a ratio, here or in what was committed, is no regression", () => {
  const none = { better: "higher", ratio: null } as const;
  expect(findRegressions({ w5: none }, measured(1, "higher"))).toEqual([]);
  expect(findRegressions({ w1: none }, measured(1, "higher"))).toEqual([]);
  expect(findRegressions(measured(1, "higher"), { w1: none })).toEqual([]);
});

test("other ways of writing the append-only file have results of their own", () => {
  const node = "20.20.2";
  expect(resultsNameOf({ scale: "full", aof: "everysec", node })).toBe("full");
  expect(resultsNameOf({ scale: "quick", aof: "always", node })).toBe("quick-aof-always");
  expect(resultsNameOf({ scale: "full", aof: "everysec", node: "24.1.0" })).toBe("full-node24");
});

test("parallel steps are held against those in sequence of the same repetition", () => {
  const pairs = new Map([
    ["w2", [pair(100, 1), pair(10, 1), pair(50, 1)]],
    ["w7", [pair(50, 1), pair(9, 1), pair(60, 1)]],
  ]);
  expect(sequenceShareOf("w7", pairs)).toEqual({ toW2: 0.9 });
  expect(sequenceShareOf("w2", pairs)).toEqual({});
  expect(sequenceShareOf("w7", new Map([["w7", [pair(1, 1)]]]))).toEqual({});
});

test("a loop's last thousand iterations are held against its first", () => {
  const marks = [0, 100, 300, 420].map((ms, index) => ({ at: ms * 2, workerMs: ms, redisMs: index * 10 }));
  expect(loopFigures([marks])).toMatchObject({
    ...{ iterations: 3_000, runfleet: 130, ratio: 1.182 },
    ...{
      worker: { first: 100, last: 120 },
      redis: { first: 10, last: 10 },
      elapsed: { first: 200, last: 240 },
    },
  });
});

test("a takeover is held against BullMQ's where that was measured", () => {
  const times = { median: 10, max: 11, kills: 3 };
  const settings = {
    default: { leaseTtlMs: 10_000, idle: times, loaded: times },
    short: { leaseTtlMs: 1_000, idle: times, loaded: times },
  };
  expect(takeoverFigures(settings, { median: 50, max: 60, kills: 3 })).toMatchObject({
    runfleet: 10,
    bullmq: 50,
    ratio: 0.2,
  });
  expect(takeoverFigures(settings, undefined)).toMatchObject({ runfleet: 10, bullmq: null, ratio: null });
});

test("workers are held against one worker of the same repetition, and it is said what was full", () => {
  const pass = (perSecond: number, redisThread: number, machine: number) => ({
    ...{ perSecond, redisThread, machine, workers: 1, client: 0.1 },
  });
  const figures = workersFigures({
    "w1 1": [pass(10, 0.2, 0.5)],
    "w1 2": [pass(18, 0.4, 0.8)],
    "w1 4": [pass(20, 0.95, 1)],
    "w2 1": [pass(100, 0.2, 0.5), pass(10, 0.2, 0.5)],
    "w2 2": [pass(150, 0.5, 0.95), pass(19, 0.5, 0.95)],
    "w2 4": [pass(200, 0.5, 0.95), pass(20, 0.5, 0.95)],
  });
  expect(figures).toMatchObject({ ratio: 1.7, workloads: { w1: { twoToOne: 1.8, fourToOne: 2 } } });
  const full = (workload: "w1" | "w2") =>
    Object.values(figures.workloads[workload].workers).map((each) => each.full);
  expect(full("w1")).toEqual(["neither", "neither", "Redis"]);
  expect(full("w2")).toEqual(["neither", "cores", "cores"]);
});

test("what rises in the second half grows; what has levelled off there, or falls, does not", () => {
  const line = (valueAt: (index: number) => number) =>
    Array.from({ length: 20 }, (_, index) => ({ atMs: index * 60_000, value: valueAt(index) }));
  const options = { toleratedShare: 0.05 };
  expect(
    trendOf(
      line((index) => 100 + index),
      options,
    ),
  ).toMatchObject({ perHour: 60, grows: true });
  expect(
    trendOf(
      line((index) => Math.min(100, index * 10)),
      options,
    ),
  ).toMatchObject({ perHour: 0, grows: false });
  expect(
    trendOf(
      line((index) => 100 - index),
      options,
    ).grows,
  ).toBe(false);
});

test("what Redis holds for more or fewer runs is no growth", () => {
  const sightings = [100, 300, 200, 400].map((runs, index) => ({ atMs: index, runs, bytes: runs * 50 }));
  expect(withoutRuns(sightings).map(({ value }) => value)).toEqual([10_000, 10_000, 10_000, 10_000]);
});

test("a soak names what grew, and its ended runs that are kept are not it", () => {
  const look = (index: number) => ({ rssBytes: 1e8, heapBytes: 1e7 + index * 1e6 });
  const sample = (index: number) => ({
    ...{ atMs: index * 60_000, retained: 100 + index, bytes: 1e6 + index * 1e4, open: 0 },
    ...{ worker: look(index), server: look(0) },
  });
  const samples = Array.from({ length: 20 }, (_, index) => sample(index));
  expect(soakFigures(samples, 10).grows).toEqual(["worker heap"]);
  const late = samples.map((each) => ({ ...each, open: 101, worker: look(0) }));
  expect(soakFigures(late, 10).grows).toEqual(["runs that are open: the machine did not keep up"]);
});

test("a line of MONITOR is read as far as a name needs it", () => {
  const line = String.raw`+1796063876.439037 [0 127.0.0.1:60424] "evalsha" "ab12" "1" "{rf:0}:run:\"A\"" "more"`;
  expect(readLine(line)).toEqual({
    words: ["evalsha", "ab12", "1", String.raw`{rf:0}:run:\"A\"`],
    source: "127.0.0.1:60424",
  });
  expect(readLine('+1.5 [0 lua] "hget" "key"').source).toBe("lua");
  expect(readLine("+OK").words).toEqual([]);
});
