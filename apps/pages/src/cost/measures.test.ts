import { expect, test } from "vitest";
import { daysUpTo, isMeasure, nameOf } from "./measures.js";

test("a range ends with the day it is in UTC, also over the end of a month", () => {
  expect(daysUpTo(Date.parse("2026-03-01T23:59:59Z"), 3)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
});

test("only what bars can show is a measure", () => {
  expect(["cost", "tokens", "runs"].every(isMeasure)).toBe(true);
  expect(isMeasure("toString")).toBe(false);
});

test("workflows without rows of their own have a name that says so", () => {
  expect([nameOf("review"), nameOf("*"), nameOf(null)]).toEqual(["review", "all others", ""]);
});
