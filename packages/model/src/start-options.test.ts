import { describe, expect, test } from "vitest";
import { delayMsMax, poolProblem, reservedPoolNames, scheduleProblem } from "./start-options.js";

describe("pool names", () => {
  test.each(["default", "gpu-2", "a.b_c", "7", "x".repeat(63)])("%j can be a pool", (pool) => {
    expect(poolProblem(pool)).toBeUndefined();
  });

  test.each(["", "Upper", "_x", "-a", ".a", "a:b", "a/b", "a b", "a\n", "ä", "x".repeat(64)])(
    "%j cannot be a pool",
    (pool) => {
      expect(poolProblem(pool)).toContain("lower case letters");
    },
  );

  test.each([...reservedPoolNames])("%j is reserved", (pool) => {
    expect(poolProblem(pool)).toBe(`the pool name "${pool}" is reserved`);
  });
});

describe("delays and priorities", () => {
  test.each([
    {},
    { delayMs: 0 },
    { delayMs: delayMsMax },
    { priority: 0 },
    { priority: 2_097_151, delayMs: 1 },
  ])("%j can be queued", (schedule) => {
    expect(scheduleProblem(schedule)).toBeUndefined();
  });

  test.each([
    { delayMs: -1 },
    { delayMs: 0.5 },
    { delayMs: Number.NaN },
    { delayMs: Number.POSITIVE_INFINITY },
    { delayMs: delayMsMax + 1 },
    { priority: -1 },
    { priority: 1.5 },
    { priority: 2_097_152 },
  ])("%j cannot be queued, and the message names the member", (schedule) => {
    const [member = ""] = Object.keys(schedule);
    expect(scheduleProblem(schedule)).toMatch(
      new RegExp(`^${member} must be a whole number from 0 to \\d+, not `),
    );
  });
});
