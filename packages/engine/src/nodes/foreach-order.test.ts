import { expect, test } from "vitest";
import { item } from "../../../../test/support/engine/world.js";
import { blockedByOf, dependentsOf, findCycle } from "./foreach-order.js";

test("what an item waits for is kept once; unknown blockers block for ever, unknown dependents mean nothing", () => {
  const items = ["a", "b"].map((id) => item(id));
  const pairs: [string, string][] = [
    ["a", "b"],
    ["a", "b"],
    ["gone", "b"],
    ["a", "gone"],
  ];
  expect(blockedByOf(items, pairs)).toEqual({ 1: [0, -1] });
});

test("a cycle is found wherever the search begins, and ways that meet again are none", () => {
  expect(findCycle({ 0: [1], 1: [2], 2: [1] })).toEqual([1, 2]);
  expect(findCycle({ 3: [3] })).toEqual([3]);
  expect(findCycle({ 0: [1, 2], 1: [3], 2: [3], 3: [-1] })).toBeUndefined();
});

test("dependents of an item are found once, however many ways lead to them", () => {
  expect([...dependentsOf(0, { 1: [0], 2: [0], 3: [1, 2], 4: [3], 5: [6] })].sort()).toEqual([1, 2, 3, 4]);
});

test("a cycle is found that the first item that waits has nothing to do with", () => {
  expect(findCycle({ 1: [0], 2: [3], 3: [2] })).toEqual([2, 3]);
});
