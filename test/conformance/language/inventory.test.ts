// The reference's tests of language and validation (its groups A to E): each has an equivalent whose name begins with
// its id. Looks at the texts of the tests only; whether they hold is shown by running them.
import { expect, test } from "vitest";
import { filesEnding, textOf } from "../../tidy/source-files.js";

/** Prefix of the ids, and how many there are. */
const groups: Readonly<Record<string, number>> = {
  "T-DSL": 21,
  "T-PATH": 3,
  "T-SEM": 11,
  "T-WRES": 7,
  "T-ENG": 17,
};

const ids = Object.entries(groups).flatMap(([prefix, count]) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(2, "0")}`),
);

/** What no test of the reference covers, by group. */
const gaps: Readonly<Record<string, readonly string[]>> = {
  A: [
    "foreach",
    "do-while",
    "quality gate",
    "gate options",
    "mode",
    "environment of a script",
    "unknown keys",
    "without modifier is required",
    "boolean wins over required",
    "repeated keys",
    "lists and maps where one value belongs",
    "comments",
    "durations",
    "JSON",
  ],
  C: [
    "a while needs its step before the body, a do-while",
    "known behind it",
    "condition of a branch",
    "required inputs of a child",
    "source of a quality gate",
    "foreach needs its workflow",
  ],
  B: ["executable bit"],
};

/** Texts that begin a test's name: behind a quote, so that a mention in a comment does not count. */
const names = filesEnding(".test.ts")
  .filter((file) => !file.endsWith("inventory.test.ts"))
  .flatMap((file) =>
    [...textOf(file).matchAll(/["'`]((?:T-[A-Z]+-\d\d|gap )[^"'`]*)/g)].map(([, name]) => name ?? ""),
  );

test("every test of the reference has its equivalent here", () => {
  expect(ids).toHaveLength(59);
  expect(ids.filter((id) => !names.some((name) => name.startsWith(`${id} `)))).toEqual([]);
});

test("what the reference leaves untested is tested here", () => {
  const open = Object.entries(gaps).flatMap(([group, words]) =>
    words
      .filter((word) => !names.some((name) => /^gap ([A-E]: )?/.test(name) && name.includes(word)))
      .map((word) => `${group}: ${word}`),
  );
  expect(open).toEqual([]);
});
