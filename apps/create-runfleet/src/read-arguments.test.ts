import { expect, test } from "vitest";
import { readArguments } from "./read-arguments.js";

test("a folder, and where packages come from", () => {
  expect(readArguments(["x"])).toEqual({ kind: "create", folder: "x" });
  expect(readArguments(["x", "--packages", "y"])).toEqual({ kind: "create", folder: "x", packages: "y" });
  expect(readArguments(["--help", "x"])).toEqual({ kind: "help" });
  expect(readArguments(["-v"])).toEqual({ kind: "version" });
});

test.each([
  [[], "Say where the project goes: npm create runfleet my-project"],
  [["a", "b"], 'what is "b"?'],
  [["a", "--pakages", "b"], "Unknown option '--pakages'"],
  [["a", "--packages"], "argument missing"],
])("%j is refused: %s", (args, message) => {
  expect(() => readArguments(args)).toThrow(message);
});
