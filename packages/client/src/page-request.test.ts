/** Which page of a list may be asked for. */
import { expect, test } from "vitest";
import { pageRequest } from "./page-request.js";

test.each([
  ["runs", "000001800000000:01J9ZK3T5V"],
  ["labels", "cHItNw.000001800000000:01J9ZK3T5V"],
  ["gates", "000001800000000:01J9ZK3T5V:b.0@1"],
  ["schedules", "nightly.eu-1"],
  ["limits", "review"],
  ["limits", "review/a%20b"],
] as const)("the last row of a page of %s is a cursor: %s", (list, cursor) => {
  expect(pageRequest(list, { cursor })).toEqual({ limit: 50, cursor });
  expect(pageRequest(list, { limit: 7 })).toEqual({ limit: 7 });
});

test.each([
  ["runs", "nonsense"],
  ["runs", ""],
  ["runs", "+"],
  ["labels", "000001800000000:01J9ZK3T5V"],
  ["gates", "000001800000000:01J9ZK3T5V"],
  ["schedules", "a b"],
  ["limits", "[x"],
  ["log", "1-x"],
] as const)("anything else is refused, not read as the first page: %s, %j", (list, cursor) => {
  expect(() => pageRequest(list, { cursor })).toThrow(/no cursor of (a list of|the log of a run)/);
  expect(() => pageRequest(list, { cursor })).toThrow(expect.objectContaining({ code: "invalid_usage" }));
});

test.each([0, 1.5, 501, Number.NaN])("a page of %d rows is refused", (limit) => {
  expect(() => pageRequest("runs", { limit })).toThrow(/limit must be a whole number/);
});
