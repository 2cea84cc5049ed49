import { expect, test } from "vitest";
import { dayNumber, dayText } from "./day.js";

test("a day is a text and a number, there and back", () => {
  expect(dayNumber("1970-01-01")).toBe(0);
  expect(dayNumber("2026-11-30")).toBe(20_787);
  for (const text of ["1970-01-02", "2024-02-29", "2026-12-31"])
    expect(dayText(dayNumber(text) ?? -1)).toBe(text);
});

test.each(["", "2026-11", "2026-13-01", "2026-02-30", "2026-2-3", "1969-12-31", "2026-11-30T00:00:00Z"])(
  "%j is no day",
  (text) => {
    expect(dayNumber(text)).toBeUndefined();
  },
);
