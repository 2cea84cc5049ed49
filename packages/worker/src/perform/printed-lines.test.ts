import { limits } from "@runfleet/model";
import { expect, test } from "vitest";
import { printedLines } from "./printed-lines.js";

function linesOf(chunks: readonly (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const sink = printedLines((line) => lines.push(line));
  for (const chunk of chunks) sink.push(Buffer.from(chunk));
  sink.end();
  return lines;
}

test("lines are cut where they end, wherever chunks do", () => {
  expect(linesOf(["a\nb", "", "b\n\nc"])).toEqual(["a", "bb", "", "c"]);
  expect(linesOf(["a\n"])).toEqual(["a"]);
  expect(linesOf([])).toEqual([]);
});

test("a character that two chunks share stays one", () => {
  const [first, ...rest] = Buffer.from("é\n");
  expect(linesOf([Buffer.of(first ?? 0), Buffer.from(rest)])).toEqual(["é"]);
});

test("of a line without end its beginning is held, and the next one is whole", () => {
  const chunk = "x".repeat(100_000);
  const [long = "", next] = linesOf([...Array<string>(50).fill(chunk), "\nnext"]);
  expect(long.length).toBeGreaterThan(limits.logLineBytesMax);
  expect(long.length).toBeLessThan(limits.logLineBytesMax + 10);
  expect(next).toBe("next");
});
