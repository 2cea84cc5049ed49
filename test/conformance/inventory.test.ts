// The reference's own tests, all 337: each has an equivalent whose name begins with its id. What an equivalent says
// otherwise stands in the record of differences. Looks at texts only; whether the tests hold is shown by running them.
import { expect, test } from "vitest";
import { filesEnding, textOf } from "../tidy/source-files.js";

/** Prefix of the ids, and how many there are; numbered from 01 without gaps. */
const counts: Readonly<Record<string, number>> = {
  "T-DSL": 21,
  "T-PATH": 3,
  "T-SEM": 11,
  "T-WRES": 7,
  "T-ENG": 17,
  "T-REG": 7,
  "T-GREG": 4,
  "T-IREG": 3,
  "T-INP": 4,
  "T-STATE": 2,
  "T-RUN": 11,
  "T-FAIL": 5,
  "T-CF": 25,
  "T-CALL": 4,
  "T-PAR": 9,
  "T-SCR": 11,
  "T-FE": 18,
  "T-GATE": 3,
  "T-GAPP": 12,
  "T-REC": 10,
  "T-CHILD": 3,
  "T-FO": 15,
  "T-LK": 13,
  "T-DUR": 7,
  "T-JSON": 2,
  "T-VAR": 13,
  "T-EVT": 7,
  "T-DIAG": 2,
  "T-EXT": 6,
  "T-STAT": 11,
  "T-CAN": 19,
  "T-RES": 6,
  "T-LEASE": 9,
  "T-MEM": 22,
  "T-SQL": 15,
};

const ids = Object.entries(counts).flatMap(([prefix, count]) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(2, "0")}`),
);

/** What no test of the reference covers, by group: words that a test of the group has in its name. */
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
  B: ["executable bit"],
  C: [
    "a while needs its step before the body, a do-while",
    "known behind it",
    "condition of a branch",
    "required inputs of a child",
    "source of a quality gate",
    "foreach needs its workflow",
  ],
  H: ["required string missing", "default for strings", "extra inputs pass through"],
  I: [
    "summary text",
    "error column",
    "conditional cleanup after a failed body",
    "always after a cancel",
    "fail_fast = false",
  ],
  J: [
    "retries of call",
    "retry_error passing",
    "row per attempt",
    "on_fail continue",
    "on_fail agent",
    "schema errors",
    "plugin dir merge",
    "identity defaulting",
  ],
  K: [
    "while execution as a whole",
    "do-while execution as a whole",
    "on_max_iter = fail",
    "on_max_iter = continue",
    "do block output and with",
    "inheritance",
    "restoration",
    "stuck_after %i",
    "loops with fail_fast",
  ],
  M: [
    "min_success",
    "branch `if`",
    "per-branch output and with",
    "resume of branches",
    "duplicate agents",
    "external cancel",
    "real cancellation of running branches",
  ],
  N: [
    "dry-run",
    "on_fail = continue",
    "retries",
    "shell quoting end to end",
    "2000 characters",
    "structured output",
    "precedence of the environment",
    "cancellation",
  ],
  O: [
    "resume of a partly finished fan-out",
    "cycles",
    "stall",
    "max_parallel 0",
    "template inputs",
    "summary text",
    "child run ids on items",
    "cancellation of in-flight children",
    "depth",
  ],
  P: [
    "approve",
    "reject",
    "feedback variable",
    "selections",
    "options references",
    "external cancel",
    "quality gate",
    "lease loss while waiting",
    "waiting status",
  ],
  V: [
    "prior_contexts",
    "prior_output is the newest",
    "gate_feedback",
    "dry_run",
    "exported texts overwrite inputs",
    "braces without an end",
  ],
  Q: ["selection that is no option", "second of two answers", "after the gate has timed out"],
  S: [
    "each attempt of a failed child",
    "waited for again after a crash",
    "deepest level",
    "conditions see the child",
    "the child",
    "failed child fails the parent",
    "cancelled parent cancels its child",
  ],
  T: ["block without an end", "schema that is missing"],
  W: [
    "a failed step tells its error",
    "a retry tells",
    "a gate tells",
    "a fan-out tells",
    "a cancelled run tells its reason",
    "goes on elsewhere tells so, and nothing a second time",
  ],
  AA: [
    "the action",
    "a running call",
    "every branch of a parallel",
    "a gate closes",
    "children of a foreach",
    "heard with a renewal",
    "completed before it heard",
  ],
  AB: [
    "contexts, exported values",
    "call of a path",
    "called workflow is waited for",
    "a gate keeps its deadline",
    "a foreach starts no item twice",
    "called twice runs twice",
    "a do-while goes on",
    "a failed step is attempted again",
    "a step that timed out is attempted again",
    "an always block goes on",
  ],
  AC: [
    "every kind of write is fenced",
    "given away is free at once",
    "within the time of its lease",
    "while a resolver was asked",
    "ends a script",
    "aborts every branch",
    "the generation follows the server",
  ],
  AE: [
    "a run that does not exist",
    "an ended run has an end time",
    "without a status all runs are listed",
    "a step of kind %s",
  ],
};

/** Texts that begin a test's name: behind a quote, so that a mention in a comment does not count. */
const names = filesEnding(".test.ts")
  .filter((file) => !file.endsWith("inventory.test.ts"))
  .flatMap((file) =>
    [...textOf(file).matchAll(/["'`]((?:T-[A-Z]+-\d\d|gap )[^"'\n]*)/g)].map(([, name]) => name ?? ""),
  );

/** At the beginning of a name, or a whole text that is put there (`test.each(["T-…"])("%s …")`). */
const tested = new Set(names.flatMap((name) => name.match(/^T-[A-Z]+-\d\d(?= |$)/) ?? []));

test("all tests of the reference are counted", () => {
  expect(ids).toHaveLength(337);
});

test("every test of the reference has its equivalent here", () => {
  expect(ids.filter((id) => !tested.has(id))).toEqual([]);
});

test("no test has an id that the reference does not have", () => {
  expect([...tested].filter((id) => !ids.includes(id))).toEqual([]);
});

test("what the reference leaves untested is tested here", () => {
  const isOf = (group: string) => new RegExp(/^[ABC]$/.test(group) ? "^gap ([A-E]: )?" : `^gap ${group}: `);
  const open = Object.entries(gaps).flatMap(([group, words]) =>
    words
      .filter((word) => !names.some((name) => isOf(group).test(name) && name.includes(word)))
      .map((word) => `${group}: ${word}`),
  );
  expect(open).toEqual([]);
});
