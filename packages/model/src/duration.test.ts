import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationMsMax, formatDuration, parseDuration } from "./duration.js";

describe("duration", () => {
  it.each([
    ["250ms", 250],
    ["90s", 90_000],
    ["1h30m", 5_400_000],
    ["2d", 172_800_000],
    ["45", 45_000],
    ["0", 0],
    ["1m500ms", 60_500],
  ])("%s is %d ms", (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  it.each(["", "m", "5x", "-5s", "1.5h", "5 m", "1h 30m", "9".repeat(40), "99999999d"])(
    "%j is no duration",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it("comes back from its text, whatever it is", () => {
    void fc.assert(
      fc.property(fc.integer({ min: 0, max: durationMsMax }), (durationMs) => {
        expect(parseDuration(formatDuration(durationMs))).toBe(durationMs);
      }),
    );
  });
});
