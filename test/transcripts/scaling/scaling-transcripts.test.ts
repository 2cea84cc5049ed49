/**
 * Load traces beside this file with what the scaling policy decides, told anew and compared byte by byte.
 * RUNFLEET_REWRITE=1 writes them instead: read the difference before it is committed.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { retoldTrace } from "../../support/scaling/trace.js";

const folder = new URL("./", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));

test("there are traces", () => {
  expect(files.length).toBeGreaterThanOrEqual(4);
});

test.each(files)("%s", (name) => {
  const file = new URL(name, folder);
  const text = readFileSync(file, "utf8");
  const now = retoldTrace(text);
  if (process.env["RUNFLEET_REWRITE"] === "1") writeFileSync(file, now);
  else expect(now).toBe(text);
});
