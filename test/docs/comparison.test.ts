// The table of the README that sets us beside others: what it says of somebody is linked to where they say it, and dated.
import { expect, test } from "vitest";
import { textOf } from "../tidy/source-files.js";

const [, section = ""] = /^## Beside others\n([\s\S]*?)^## /m.exec(textOf("README.md")) ?? [];
const rows = section
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));
const [columns = [], ours = [], ...others] = rows;

test("the table has a row for each of them, every cell of which is linked to a page of theirs", () => {
  expect(columns).toHaveLength(6);
  expect(ours).toHaveLength(6);
  expect(others.map(([name]) => name)).toEqual([
    ...["Temporal", "Restate", "DBOS", "Inngest", "Hatchet", "BullMQ alone"],
  ]);
  for (const [name, ...cells] of others) {
    expect(cells, name).toHaveLength(5);
    expect(cells.filter((cell) => !/\]\(https:\/\//.test(cell))).toEqual([]);
  }
});

test("it says when that was read, and when to take another", () => {
  expect(section).toMatch(/read on \d{1,2} [A-Z][a-z]+ 20\d\d;/);
  expect(section).toMatch(/^Take another when/m);
});
