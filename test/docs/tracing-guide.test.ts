/** The tables of the guide about traces have every span and every attribute there is, and no other. */
import { attributes, spanWords } from "@runfleet/tracing";
import { expect, test } from "vitest";
import { textOf } from "../tidy/source-files.js";

const page = textOf("docs/guides/tracing.md");

/** First column of the table under these heads. */
function namesUnder(head: string): string[] {
  const [, table = ""] = page.split(`| ${head} |`);
  const rows = table.split("\n").slice(2);
  const end = rows.findIndex((row) => !row.startsWith("|"));
  return rows.slice(0, end).map((row) => /^\| `([^`]+)`/.exec(row)?.[1] ?? row);
}

test("every attribute is in the table, once", () => {
  expect(namesUnder("attribute | on | is").sort()).toEqual(Object.values(attributes).sort());
});

test("every kind of span is in the table, once", () => {
  const [request, ...ofRuns] = namesUnder("span | kind | stands for");
  expect(request, "which is called by its method and route").toBe("POST /api/v1/…");
  expect(ofRuns.map((name) => name.split(" ")[0])).toEqual(Object.values(spanWords));
});
