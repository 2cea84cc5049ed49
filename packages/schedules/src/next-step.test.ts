import { limits, type ScheduleSpec } from "@runfleet/model";
import { describe, expect, it } from "vitest";
import { nextStep } from "./next-step.js";

const second = 1_000;
const spec: ScheduleSpec = {
  ...{ workflow: "w", inputs: {}, everyMs: 10 * second, timezone: "UTC" },
  ...{ overlap: "skip", catchUpMs: 60 * second, catchUp: "all" },
};
const at = (seconds: number): number => seconds * second;

describe("the due time a schedule stands at", () => {
  it("is waited for until it has come", () => {
    expect(nextStep(spec, at(100), at(99))).toEqual({ type: "wait", until: at(100) });
  });

  it("is fired when it has come, and the next one follows", () => {
    expect(nextStep(spec, at(100), at(100))).toEqual({ type: "fire", dueAt: at(100), next: at(110) });
  });

  it("is fired as long as it is in the window, the oldest first", () => {
    expect(nextStep(spec, at(100), at(160))).toEqual({ type: "fire", dueAt: at(100), next: at(110) });
  });

  it("is missed when it is older, and only then", () => {
    expect(nextStep(spec, at(100), at(161))).toEqual({
      ...{ type: "miss", dueAt: at(100), missed: 1, next: at(110) },
    });
    expect(nextStep(spec, at(100), at(1_000))).toEqual({
      ...{ type: "miss", dueAt: at(100), missed: 84, next: at(940) },
    });
  });

  it("is missed for the sake of the latest where only that is wanted", () => {
    expect(nextStep({ ...spec, catchUp: "latest" }, at(100), at(125))).toEqual({
      ...{ type: "miss", dueAt: at(100), missed: 2, next: at(120) },
    });
    expect(nextStep({ ...spec, catchUp: "latest" }, at(120), at(125))).toMatchObject({ type: "fire" });
  });

  it("without a window is fired only in its very millisecond", () => {
    expect(nextStep({ ...spec, catchUpMs: 0 }, at(100), at(100))).toMatchObject({ type: "fire" });
    expect(nextStep({ ...spec, catchUpMs: 0 }, at(100), at(100) + 1)).toMatchObject({
      ...{ type: "miss", missed: 1, next: at(110) },
    });
  });

  it("at the end of the schedule has no next", () => {
    const ending = { ...spec, endAt: at(100) };
    expect(nextStep(ending, at(100), at(100))).toEqual({ type: "fire", dueAt: at(100), next: undefined });
    expect(nextStep(ending, at(100), at(900))).toEqual({
      ...{ type: "miss", dueAt: at(100), missed: 1, next: undefined },
    });
  });
});

describe("a long absence", () => {
  it("makes up no more than the newest of many due times", () => {
    const hourly = { ...spec, catchUpMs: at(10_000) };
    const step = nextStep(hourly, at(100), at(5_000));
    expect(step).toMatchObject({ type: "miss", missed: 491 - limits.catchUpRunsMax, next: at(4_010) });
  });

  it("is not counted through second by second", () => {
    const eager = { ...spec, everyMs: second };
    const month = 30 * 86_400;
    expect(nextStep(eager, at(100), at(month))).toEqual({
      ...{ type: "miss", dueAt: at(100), missed: limits.dueTimesCountedMax, next: at(month - 60) },
    });
  });
});
