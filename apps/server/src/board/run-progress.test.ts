import { type Definition, type RunRecord, type StepRecord, zeroTotals } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { logLines, progressOf } from "./run-progress.js";

const script = (name: string) => ({ kind: "script", name, run: "true", env: {}, retries: 0 }) as const;
const definition: Definition = {
  ...{ name: "w", description: "", trigger: "manual", targets: [], inputs: [] },
  body: [
    script("a"),
    { kind: "branch", negate: false, condition: { kind: "input", input: "x" }, body: [script("b")] },
  ],
  always: [script("c")],
};
const step = (address: string, name: string, rest: Partial<StepRecord> = {}): StepRecord => ({
  ...{ address, name, kind: "script", status: "completed", attempt: 1, iteration: 0, ordinal: 0 },
  ...{ markers: [], startedAt: 1_000, endedAt: 3_000 },
  ...rest,
});
const run = (rest: Partial<RunRecord>): RunRecord =>
  ({ status: "running", totals: { ...zeroTotals(), costUsd: 0.5 }, ...rest }) as RunRecord;

describe("progress", () => {
  test("is none of all before the first step", () => {
    expect(progressOf(run({}), [], definition)).toEqual({ step: null, done: 0, total: 3, costUsd: 0.5 });
  });

  test("names the step under way and counts the latest attempt of each", () => {
    const steps = [
      step("b.0", "a", { status: "failed" }),
      step("b.0", "a", { attempt: 2 }),
      step("b.1.0", "b", { status: "running" }),
    ];
    expect(progressOf(run({}), steps, definition)).toMatchObject({ step: "b", done: 1, total: 3 });
  });

  test("grows beyond the workflow's steps where a loop repeats them", () => {
    const steps = [0, 1, 2, 3].map((round) => step(`b.0@${round}`, "a"));
    expect(progressOf(run({}), steps, definition)).toMatchObject({ step: "a", done: 4, total: 4 });
  });

  test("of a completed run is whole, also where a branch was not taken", () => {
    const steps = [step("b.0", "a"), step("a.0", "c")];
    const ended = run({ status: "completed" });
    expect(progressOf(ended, steps, definition)).toMatchObject({ step: "c", done: 2, total: 2 });
    expect(progressOf(run({ status: "failed" }), steps, undefined)).toMatchObject({ done: 2, total: 2 });
  });
});

test("a line per attempt says when, what, how long, for how much and why, and the last one how the run ended", () => {
  const { startedAt: _start, endedAt: _end, ...unbegun } = step("b.1", "b");
  const steps: StepRecord[] = [
    step("b.0", "a", { status: "failed", error: { code: "script_failed", message: "exit code 1" } }),
    step("b.0", "a", { attempt: 2, markers: ["ok"], context: "well", usage: { costUsd: 0.25 } }),
    { ...unbegun, status: "pending" },
  ];
  expect(logLines(run({}), steps)).toEqual([
    "1970-01-01T00:00:03.000Z a failed in 2 s: script_failed: exit code 1",
    "1970-01-01T00:00:03.000Z a (attempt 2) completed in 2 s for 0.25 USD [ok]: well",
    "- b pending",
  ]);
  expect(logLines(run({ status: "cancelled", endedAt: 4_000 }), []).at(-1)).toBe(
    "1970-01-01T00:00:04.000Z the run cancelled",
  );
});
