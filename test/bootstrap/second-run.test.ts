/** Which failed files get a second run, and how the results of both become one. */
import { expect, test } from "vitest";
import type { FailedFile } from "../../scripts/bootstrap/failure-reporter.mjs";
import {
  countsOf,
  describeUnsteady,
  filesForSecondRun,
  mergeResults,
  type Results,
} from "../../scripts/bootstrap/second-run.mjs";

const failedFile = (name: string, project = "e2e"): FailedFile => ({
  file: `/clone/test/e2e/${name}.test.ts`,
  project,
  tests: [{ name: `${name} > holds`, error: `AssertionError: ${name}` }],
});

/** A report of files, each with the outcomes of its tests. */
function report(files: Readonly<Record<string, readonly string[]>>): Results {
  const testResults = Object.entries(files).map(([name, statuses]) => ({
    name: failedFile(name).file,
    status: statuses.every((status) => status !== "failed") ? "passed" : "failed",
    assertionResults: statuses.map((status) => ({ status })),
  }));
  const failedFiles = testResults.filter(({ status }) => status === "failed").length;
  const count = (wanted: string) =>
    Object.values(files).flatMap((statuses) => statuses.filter((status) => status === wanted)).length;
  return {
    numTotalTestSuites: testResults.length,
    numPassedTestSuites: testResults.length - failedFiles,
    numFailedTestSuites: failedFiles,
    numTotalTests: Object.values(files).flat().length,
    ...{ numPassedTests: count("passed"), numFailedTests: count("failed") },
    ...{ numPendingTests: count("skipped"), numTodoTests: count("todo") },
    ...{ success: failedFiles === 0, testResults },
  };
}

test("a few files with real processes are run once more", () => {
  const files = [failedFile("a"), failedFile("b"), failedFile("c")];
  const names = files.map(({ file }) => file);
  expect(filesForSecondRun({ files, strayErrors: 0 })).toEqual(names);
});

test("nothing is run once more when many failed, a test from source failed, or an error is nobody's", () => {
  const refused = [
    { files: ["a", "b", "c", "d"].map((name) => failedFile(name)), strayErrors: 0 },
    { files: [failedFile("a"), failedFile("unit", "source")], strayErrors: 0 },
    { files: [failedFile("a")], strayErrors: 1 },
    { files: [], strayErrors: 0 },
  ];
  expect(refused.map(filesForSecondRun)).toEqual([[], [], [], []]);
});

test("a file that passes the second time counts as passed, and what it said first is kept", () => {
  const first = report({ calm: ["passed", "skipped", "todo"], shaky: ["passed", "failed"] });
  const failed = [failedFile("shaky")];
  const merged = mergeResults(first, report({ shaky: ["passed", "passed"] }), failed);
  const wanted = report({ calm: ["passed", "skipped", "todo"], shaky: ["passed", "passed"] });
  expect(merged).toEqual({ ...wanted, strayErrors: 0, unsteady: failed });
  expect(countsOf(merged)).toEqual({ passed: 3, failed: 0, skipped: 2 });
});

test("a file that fails again counts as failed, beside one that passes then", () => {
  const first = report({ calm: ["passed"], shaky: ["failed"], broken: ["failed", "failed"] });
  const failed = [failedFile("shaky"), failedFile("broken")];
  const merged = mergeResults(first, report({ shaky: ["passed"], broken: ["failed", "passed"] }), failed);
  const wanted = report({ calm: ["passed"], shaky: ["passed"], broken: ["failed", "passed"] });
  expect(merged).toEqual({ ...wanted, strayErrors: 0, unsteady: [failedFile("shaky")] });
  expect(countsOf(merged)).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test("a file that failed before its tests began or in a hook, and a stray error, are failures in the counts", () => {
  const results = report({ calm: ["passed"], unbuilt: [], hookless: ["skipped"] });
  const testResults = results.testResults.map((file, index) =>
    index === 0 ? file : { ...file, status: "failed" },
  );
  expect(countsOf({ ...results, testResults })).toEqual({ passed: 1, failed: 2, skipped: 1 });
  expect(countsOf({ ...results, strayErrors: 1 })).toEqual({ passed: 1, failed: 1, skipped: 1 });
});

test("what was unsteady is a table of file, test and first error", () => {
  const lines = describeUnsteady([failedFile("shaky"), failedFile("b")], "/clone").split("\n");
  expect(lines.slice(1)).toEqual([
    "FILE                    TEST           FIRST ERROR",
    "test/e2e/shaky.test.ts  shaky > holds  AssertionError: shaky",
    "test/e2e/b.test.ts      b > holds      AssertionError: b",
  ]);
  expect(lines[0]).toMatch(/^UNSTEADY/);
  expect(describeUnsteady([], "/clone")).toBe("");
});
