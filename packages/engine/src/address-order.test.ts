import { expect, test } from "vitest";
import { inOrder } from "./address-order.js";

test("parents come before children, siblings by number, on_fail agents last, the always block after the body", () => {
  const addresses = [
    "b",
    "b.0",
    "b.0.0@2",
    "b.0.0@2.1",
    "b.0.0@10.0",
    "b.2",
    "b.2.1",
    "b.2.f",
    "b.10",
    "a",
    "a.0",
  ];
  const placed = addresses.map((address, index) => [address, index] as const);
  expect(inOrder(placed)).toEqual(placed);
  expect(inOrder(placed.toReversed())).toEqual(placed);
});
