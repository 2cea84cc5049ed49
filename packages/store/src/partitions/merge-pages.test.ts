import type { Page } from "@runfleet/model";
import fc from "fast-check";
import { expect, it } from "vitest";
import { mergePages } from "./merge-pages.js";

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const cursorOf = (row: string): string => row;

/** A partition's list. Its pages may be shorter than asked for and still have a cursor, as those of filtered lists. */
function pageOf(
  list: readonly string[],
  request: { cursor: string | undefined; limit: number },
): Page<string> {
  const left = list.filter((row) => request.cursor === undefined || row > request.cursor);
  const looked = left.slice(0, request.limit);
  const end = looked.at(-1);
  const rows = looked.filter((row) => !row.endsWith("x"));
  return end === undefined || looked.length === left.length ? { rows } : { rows, cursor: end };
}

it("page after page gives every row of every partition once, in order", () => {
  const row = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.constantFrom("a", "b", "x"));
  const list = fc.uniqueArray(row.map(([n, letter]) => `${String(n).padStart(2, "0")}${letter}`));
  fc.assert(
    fc.property(
      fc.array(list, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      (lists, limit) => {
        const distinct = lists.map((rows, partition) =>
          rows.map((each) => `${each.slice(0, 2)}${partition}${each.slice(2)}`).sort(),
        );
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const pages = distinct.map((rows) => pageOf(rows, { cursor, limit }));
          const page = mergePages(pages, { limit, cursorOf, compare });
          expect(page.rows.length).toBeLessThanOrEqual(limit);
          seen.push(...page.rows);
          cursor = page.cursor;
        } while (cursor !== undefined);
        expect(seen).toEqual(
          distinct
            .flat()
            .filter((each) => !each.endsWith("x"))
            .sort(),
        );
      },
    ),
  );
});

it("rows with one place are joined before the page is cut", () => {
  const pages = [{ rows: ["a1", "b1"] }, { rows: ["a2"], cursor: "a" }];
  const order = {
    limit: 2,
    compare,
    cursorOf: (row: string) => row.slice(0, 1),
    join: (a: string, b: string) => a + b.slice(1),
  };
  expect(mergePages(pages, order)).toEqual({ rows: ["a12"], cursor: "a" });
});
