/** When a parked parent wants to be woken, by what it waits for. */
import type { BlockedOn } from "@runfleet/model";
import { expect, test } from "vitest";
import { patienceOf } from "./patience.js";

const items = (running: number): BlockedOn => ({
  ...{ type: "items", address: "b.0", name: "each", done: 0, total: 1_000 },
  running,
});
const child: BlockedOn = { type: "child", address: "b.1", childRunId: "C", workflow: "leaf" };
const gate: BlockedOn = {
  ...{ type: "gate", address: "b.2", name: "ok", gateType: "human_approval" },
  ...{ deadline: 9, since: 1 },
};

test("a wide window waits for an eighth of its children, a narrow one for none", () => {
  expect([1, 15, 16, 100, 1_000].map((running) => patienceOf([items(running)]))).toEqual([
    undefined,
    undefined,
    2,
    12,
    125,
  ]);
});

test("the narrowest of several windows decides, and a called workflow is in a hurry", () => {
  expect(patienceOf([items(100), items(20), gate])).toBe(2);
  expect(patienceOf([items(100), items(3)])).toBeUndefined();
  expect(patienceOf([items(100), child])).toBeUndefined();
  expect(patienceOf([gate])).toBeUndefined();
  expect(patienceOf([])).toBeUndefined();
});
