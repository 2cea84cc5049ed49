import type { NewRun } from "@runfleet/model";
import { expect, test } from "vitest";
import { infoText, toRunInfo } from "./run-record.js";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const run = {
  id: "r",
  rootId: "r",
  workflow: "w",
  definitionHash: "h",
  pool: "default",
  createdAt: 1,
} as NewRun;

test("a run that says nothing unusual has no text, and its trace alone is short enough for the small form of its hash", () => {
  expect(infoText(toRunInfo(run))).toBe("");
  const text = infoText(toRunInfo({ ...run, traceparent }));
  expect(Object.keys(JSON.parse(text) as object)).toEqual(["trace"]);
  expect(text.length).toBeLessThan(64);
});
