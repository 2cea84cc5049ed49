import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collect, duration, readInputs, wholeNumber, words } from "./parse-options.js";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "runfleet-options-"));
});
afterAll(() => rm(cwd, { recursive: true }));

describe("inputs", () => {
  test("keep everything behind the first equals sign", async () => {
    expect(await readInputs({ pairs: ["a=1", "b=x=y", "c="], file: undefined, cwd })).toEqual({
      a: "1",
      b: "x=y",
      c: "",
    });
  });

  test("come from a file, and pairs win over it", async () => {
    await writeFile(join(cwd, "in.json"), '{"a":1,"b":true,"list":["x"]}');
    expect(await readInputs({ pairs: ["a=2"], file: "in.json", cwd })).toEqual({
      a: "2",
      b: true,
      list: '["x"]',
    });
  });

  test.each([
    [{ pairs: ["novalue"], file: undefined }, /--input must look like name=value/],
    [{ pairs: ["=x"], file: undefined }, /--input must look like name=value/],
    [{ pairs: [], file: "missing.json" }, /cannot read/],
    [{ pairs: [], file: "list.json" }, /must hold a JSON object/],
    [{ pairs: [], file: "broken.json" }, /is not JSON/],
  ])("%j are refused", async (given, message) => {
    await writeFile(join(cwd, "list.json"), "[1]");
    await writeFile(join(cwd, "broken.json"), "{");
    await expect(readInputs({ ...given, cwd })).rejects.toThrowError(message);
  });
});

describe("option texts", () => {
  test("become numbers within bounds, durations, lists", () => {
    expect(wholeNumber("--n", { min: 1, max: 5 })("5")).toBe(5);
    expect(duration("--delay")("1m30s")).toBe(90_000);
    expect(words("a, b,,c ")).toEqual(["a", "b", "c"]);
    expect(collect("b", collect("a", undefined))).toEqual(["a", "b"]);
  });

  test("that cannot be used are refused with the option's name", () => {
    for (const text of ["0", "6", "1.5", "-1", "x", ""]) {
      expect(() => wholeNumber("--n", { min: 1, max: 5 })(text)).toThrowError(
        /--n must be a whole number from 1 to 5/,
      );
    }
    expect(() => duration("--delay")("soon")).toThrowError(/--delay must be a duration/);
  });
});
