/** The table of planted bugs fits the engine as it is now. Planting them is `npm run mutants`. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mutants } from "./mutants.mjs";

const engine = new URL("../../packages/engine/src/", import.meta.url);

test("each text to find occurs exactly once in its file, and is replaced by another one", () => {
  const times = mutants.map(({ file, find, replace, says }) => {
    const text = readFileSync(new URL(file, engine), "utf8");
    return { says, times: text.split(find).length - 1, changes: find !== replace };
  });
  expect(times.filter((found) => found.times !== 1 || !found.changes)).toEqual([]);
});

test("each bug is said in words of its own", () => {
  expect(new Set(mutants.map(({ says }) => says)).size).toBe(mutants.length);
});
