/** How many calls without a token an address has. */
import { beforeEach, expect, test } from "vitest";
import { countUnknownCallers, type UnknownCallers, unknownPerMinute } from "./unknown-callers.js";

let now: number;
let callers: UnknownCallers;
beforeEach(() => {
  now = 5;
  callers = countUnknownCallers(() => now);
});

function codeFor(address: string): unknown {
  try {
    return callers.refuse(address, "send a token");
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

test("an address hears what to do so often in a minute, and then that it must wait", () => {
  const codes = Array.from({ length: unknownPerMinute + 2 }, () => codeFor("10.0.0.1"));
  expect(new Set(codes.slice(0, unknownPerMinute))).toEqual(new Set(["unauthenticated"]));
  expect(codes.slice(unknownPerMinute)).toEqual(["rate_limited", "rate_limited"]);
  expect(codeFor("10.0.0.2")).toBe("unauthenticated");
  now += 60_000;
  expect(codeFor("10.0.0.1")).toBe("unauthenticated");
});

test("who calls from thousands of addresses is counted together", () => {
  for (let address = 0; address < 1_000 + unknownPerMinute; address += 1)
    expect(codeFor(String(address))).toBe("unauthenticated");
  expect(codeFor("one more")).toBe("rate_limited");
  expect(codeFor("0")).toBe("unauthenticated");
});
