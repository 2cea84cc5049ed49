/** The tables that documents have of the committed results, what they say of a target, and the model behind them. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { capacityFigures } from "./capacity/bench-capacity.mjs";
import { bytesOf, gibibytesOfMillionParked, runsPerSecond } from "./capacity/model.mjs";
import { predictionOf } from "./reads/bench-reads.mjs";
import { holdingOf } from "./reads/fill.mjs";
import { type Results, readResults } from "./results.mjs";
import { documents, fileOf, readOthers, withTables } from "./tables.mjs";
import { targets } from "./targets.mjs";

const [committed, others] = await Promise.all([readResults("full"), readOthers()]);
const costs = (bytes: number, micros: number) => ({
  ...{ bytes, redisThread: micros, worker: 3 * micros, client: micros },
});
/** A run is 500 bytes and 10 µs, a step 100 and 20, a child 700 and 40. */
const capacity = capacityFigures(
  { one: costs(600, 30), ten: costs(1_500, 210), family: costs(70_500, 4_010) },
  { one: 11, ten: 20 },
);
const model = { capacity, parkedBytes: 2_000, feedBytes: 1_000 };

test.each(documents)(
  "the tables of %s say what the committed results say: npm run bench -- --tables",
  async (name) => {
    const text = await readFile(fileOf(name), "utf8");
    expect(text).toContain("<!-- bench: ");
    expect(withTables(text, committed, others)).toBe(text);
  },
);

test("a table is put between its marks, and one that nobody knows is an error", () => {
  const text = "before\n<!-- bench: million -->\nold\n<!-- /bench -->\nafter";
  expect(withTables(text, {})).toBe(
    "before\n<!-- bench: million -->\nnot measured yet\n<!-- /bench -->\nafter",
  );
  expect(() => withTables("<!-- bench: nothing -->\n<!-- /bench -->", {})).toThrow('no table "nothing"');
});

test("a target that is not reached is said to be so", () => {
  const pair = {
    title: "",
    unit: "runs/s",
    better: "higher",
    runfleet: 1,
    bullmq: 2,
    repetitions: 3,
  } as const;
  const range = { runfleet: { min: 1, max: 1 }, bullmq: { min: 2, max: 2 }, ratio: { min: 0, max: 0 } };
  const isMet = (ratio: number) => targets["w1"]?.cells({ w1: { ...pair, range, ratio } })?.isMet;
  expect([isMet(0.74), isMet(0.75)]).toEqual([false, true]);
  const text = "<!-- bench: targets -->\n<!-- /bench -->";
  const results: Results = { w1: { ...pair, range, ratio: 0.5 } };
  expect(withTables(text, results)).toContain(
    "| w1 | runs of one step | 1 runs/s | 2 runs/s | 0.5 | ≥ 0.75 | **not met** |",
  );
  expect(withTables(text, results)).toMatch(/\| w8 \|.*not measured yet/);
});

test("ratios stand beside those under other circumstances, measured or not", () => {
  const text = "<!-- bench: ratios -->\n<!-- /bench -->";
  const w1 = { ratio: 0.5 } as Results["w1"] & object;
  const table = withTables(text, { w1 }, { "Node 24": { w1: { ...w1, ratio: 0.61234 } }, none: {} });
  expect(table).toContain("| ratio to raw BullMQ | as above | Node 24 | none |");
  expect(table).toContain("| w1 | 0.5 | 0.612 | not measured yet |");
});

test("what runs of one and of ten steps and families cost gives the cost of a run, a step and a child", () => {
  expect(capacity).toMatchObject({
    runfleet: 600,
    bytes: { run: 500, step: 100, child: 700 },
    redisMicroseconds: { run: 10, step: 20, child: 40 },
    workerMicroseconds: { run: 30, step: 60, child: 120 },
    commands: { run: 10, step: 1 },
  });
});

test("the model adds up what is held and divides a second by what a run takes", () => {
  expect(bytesOf(model, {})).toBe(1_000);
  expect(bytesOf(model, { parked: 2, ended: 3, steps: 4, children: 5 })).toBe(
    1_000 + 4_000 + 1_500 + 400 + 3_500,
  );
  expect(runsPerSecond(capacity.redisMicroseconds, 2)).toBe(20_000);
  expect(gibibytesOfMillionParked(model)).toBeCloseTo(1.8626, 3);
});

test("what fills Redis for the reads is counted as the model counts", () => {
  const written = [
    { kind: "long", times: 2 },
    { kind: "asking", times: 3 },
    { kind: "family", times: 4 },
  ];
  expect(holdingOf(written, { children: 100 })).toEqual({ parked: 3, ended: 6, steps: 23, children: 112 });
});

test("a prediction is held against what was measured, and left out while its costs are unknown", () => {
  const w5 = { redis: { bytesPerRun: 2_000, feedBytes: 1_000 } } as Results["w5"];
  const known = { capacity, ...(w5 === undefined ? {} : { w5 }) };
  expect(predictionOf({ parked: 2 }, { bytes: 10_000, known }).predicted?.toMeasured).toBe(0.5);
  expect(predictionOf({ parked: 2 }, { bytes: 10_000, known: { capacity } })).toEqual({});
});
