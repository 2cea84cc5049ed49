/** How the pages say times and amounts. */
import { doubtGateType, noDeadlineAt } from "@runfleet/model";
import { expect, test } from "vitest";
import {
  between,
  clockTime,
  dollars,
  duration,
  hasDeadline,
  inDoubt,
  localTimes,
  relative,
  toneOf,
} from "./words.js";

test.each([
  [0, "0 ms"],
  [999.4, "999 ms"],
  [1_000, "1 s"],
  [61_000, "1 min 1 s"],
  [3_600_000, "1 h"],
  [93_784_000, "1 d 2 h"],
  [-5, "0 ms"],
])("%d ms is %s", (ms, text) => expect(duration(ms)).toBe(text));

test("times are told from now, in both directions", () => {
  const now = Date.parse("2026-01-01T00:00:00.000Z");
  expect(relative("2025-12-31T23:58:00.000Z", now)).toBe("2 min ago");
  expect(relative("2026-01-01T02:00:00.000Z", now)).toBe("in 2 h");
  expect(relative("2026-01-01T00:00:00.500Z", now)).toBe("now");
  expect(between("2025-12-31T23:59:50.000Z", null, now)).toBe("10 s");
  expect(between(null, null, now)).toBe("");
});

test("times in sentences are those of the place one is at", () => {
  const [since, until] = ["2026-01-01T10:00:00.000Z", "2026-01-02T10:00:00Z"];
  expect(localTimes(`it waits since ${since}, until ${until}.`)).toBe(
    `it waits since ${clockTime(since)}, until ${clockTime(until)}.`,
  );
});

test("small money keeps its digits, and every status has a colour", () => {
  expect([dollars(0), dollars(0.0123), dollars(12.5)]).toEqual(["$0.00", "$0.0123", "$12.50"]);
  expect([toneOf("failed"), toneOf("whatever")]).toEqual(["bad", "calm"]);
});

test("a step in doubt is known by its gate, which has no deadline", () => {
  expect(inDoubt).toBe(doubtGateType);
  expect(hasDeadline(new Date(noDeadlineAt).toISOString())).toBe(false);
  expect(hasDeadline("2026-01-01T00:00:00.000Z")).toBe(true);
});
