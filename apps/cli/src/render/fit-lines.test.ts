import fc from "fast-check";
import { expect, test } from "vitest";
import { fitLines, type Rank, type TreeLine } from "./fit-lines.js";

const line = (text: string, rank: Rank): TreeLine => ({ text, rank });

const tree = [
  line("head", "frame"),
  line("a", "ended"),
  line("  a said", "past"),
  line("b", "ended"),
  line("  b said", "past"),
  line("c", "open"),
  line("  c is at it", "detail"),
  line("d", "open"),
  line("foot", "frame"),
];

test("what there is room for is shown as it is", () => {
  expect(fitLines(tree, tree.length)).toEqual(tree.map(({ text }) => text));
});

test("what is over goes before what is open, its details first, and one line says how much is missing where", () => {
  const open = ["c", "  c is at it", "d", "foot"];
  expect(fitLines(tree, 8)).toEqual(["head", "  … 2 more lines", "b", "  … 1 more line", ...open]);
  expect(fitLines(tree, 6)).toEqual(["head", "  … 4 more lines", ...open]);
  expect(fitLines(tree, 5)).toEqual(["head", "  … 6 more lines", "d", "foot"]);
  expect(fitLines(tree, 3)).toEqual(["head", "  … 7 more lines", "foot"]);
});

test("no terminal is too small, and a large one shows every open line", () => {
  const ranks = ["frame", "open", "detail", "ended", "past"] as const;
  const lines = fc.array(
    fc.constantFrom(...ranks).map((rank) => line(rank, rank)),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(lines, fc.integer({ min: 0, max: 70 }), (given, rows) => {
      const shown = fitLines(given, rows);
      const wanted = given.filter(({ rank }) => rank === "frame" || rank === "open").length;
      expect(shown.length).toBeLessThanOrEqual(rows);
      // Each line shown may have a gap before it.
      if (rows >= 2 * wanted + 1) {
        expect(shown.filter((text) => text === "open" || text === "frame")).toHaveLength(wanted);
      }
      const missing = shown.flatMap((text) => /… (\d+) more/.exec(text)?.[1] ?? []).map(Number);
      const told = missing.reduce((sum, count) => sum + count, 0) + shown.length - missing.length;
      if (rows >= given.length || rows > 2) expect(told).toBe(given.length);
    }),
  );
});
