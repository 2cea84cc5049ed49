import type { StepRecord } from "@runfleet/model";
import { expect, test } from "vitest";
import { stepText, toStep } from "./step-text.js";

const open: StepRecord = {
  ...{ address: "b.0", name: "build", kind: "call", status: "running", attempt: 1, iteration: 0, ordinal: 4 },
  ...{ markers: [], startedAt: 1_700_000_000_000 },
};
const ended: StepRecord = {
  ...{ ...open, status: "failed", iteration: 2, markers: ["m"], endedAt: 1_700_000_000_012 },
  ...{ context: "c", output: "{}", resultText: "r", error: { code: "boom", message: "no" }, childRunId: "x" },
  ...{ usage: { turns: 2 }, keptFrom: "y" },
  progress: { total: 3, running: 1, completed: 1, failed: 0, skipped: 1 },
};

test("a step that has not said anything has room in the small form of a hash", () => {
  const done = { ...open, status: "completed", endedAt: 1_700_000_086_400 } as const;
  expect(stepText(open)).toBe('["b.0",1,4,"call","running","build",1700000000000]');
  expect(stepText(done)).toBe('["b.0",1,4,"call","completed","build",1700000000000,86400]');
});

test("every member comes back as it was written", () => {
  for (const step of [open, ended, { ...open, status: "skipped", endedAt: 1_700_000_000_000 } as const])
    expect(toStep(stepText(step))).toEqual(step);
  const { startedAt: _never, ...unstarted } = ended;
  expect(toStep(stepText(unstarted))).toEqual(unstarted);
});
