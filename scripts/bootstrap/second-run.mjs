// Tests of real processes share a machine with everything else on it: a few files that failed are run once more, alone,
// and what they say then counts. Here is decided which files, how the results of both runs become one, and how those that
// were unsteady are shown. Never for tests from source: nothing but their own code can fail them.

/**
 * @typedef {import("./failure-reporter.mjs").FailedFile} FailedFile
 * @typedef {import("./failure-reporter.mjs").Failures} Failures
 * @typedef {{ status: string, [more: string]: unknown }} Assertion
 * @typedef {{ name: string, status: string, assertionResults: Assertion[], [more: string]: unknown }} FileResults
 * @typedef {{
 *   numTotalTestSuites: number, numPassedTestSuites: number, numFailedTestSuites: number,
 *   numTotalTests: number, numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   success: boolean, testResults: FileResults[], strayErrors?: number, unsteady?: FailedFile[], [more: string]: unknown,
 * }} Results vitest's JSON report; strayErrors: errors that no test caught; unsteady: what failed first in files that
 *   passed afterwards
 */

/** More at once is no accident. */
const filesMax = 3;

/** The project of vitest.config.ts whose tests start processes. */
const realProcesses = "e2e";

/**
 * @param {Failures} failures of the whole suite
 * @returns {readonly string[]} the files that deserve a second run; none when anything else is wrong as well
 */
export function filesForSecondRun({ files, strayErrors }) {
  const isAccident = strayErrors === 0 && files.every(({ project }) => project === realProcesses);
  return isAccident && files.length <= filesMax ? files.map(({ file }) => file) : [];
}

/**
 * The results of the whole suite with those of a second run of all files that had failed in their places.
 * @param {Results} first
 * @param {Results} second
 * @param {readonly FailedFile[]} failed in the first run
 * @returns {Results}
 */
export function mergeResults(first, second, failed) {
  const again = new Map(second.testResults.map((results) => [results.name, results]));
  const testResults = first.testResults.map((results) => again.get(results.name) ?? results);
  const statuses = testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ status }) => status),
  );
  const count = (/** @type {string[]} */ ...wanted) =>
    statuses.filter((status) => wanted.includes(status)).length;
  // Whatever failed first was run again: the suites that fail are those of the second run.
  const { numFailedTestSuites, success, strayErrors = 0 } = second;
  const mended = first.numFailedTestSuites - numFailedTestSuites;
  return {
    ...{ ...first, testResults, success, strayErrors, numFailedTestSuites },
    numPassedTestSuites: first.numPassedTestSuites + mended,
    numTotalTests: statuses.length,
    numPassedTests: count("passed"),
    numFailedTests: count("failed"),
    numPendingTests: count("pending", "skipped"),
    numTodoTests: count("todo"),
    unsteady: failed.filter(({ file }) => again.get(file)?.status === "passed"),
  };
}

/**
 * What failed outside a test counts as well: each file that failed without one, each error that is nobody's.
 * @param {Results} results
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countsOf({ numPassedTests, numPendingTests, numTodoTests, ...results }) {
  const { numFailedTests, testResults, strayErrors = 0 } = results;
  const withoutTest = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((assertion) => assertion.status !== "failed"),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + withoutTest.length + strayErrors,
    skipped: numPendingTests + numTodoTests,
  };
}

/**
 * @param {readonly FailedFile[]} unsteady
 * @param {string} root of the clone, which is cut off the paths
 * @returns {string} a table with a heading; "" when there is nothing to tell
 */
export function describeUnsteady(unsteady, root) {
  if (unsteady.length === 0) return "";
  const heading = ["FILE", "TEST", "FIRST ERROR"];
  const rows = unsteady.flatMap(({ file, tests }) =>
    tests.map(({ name, error }) => [file.replace(`${root}/`, ""), name, error]),
  );
  const widths = heading.map((_, column) =>
    Math.max(...[heading, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const lines = [heading, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [
    "UNSTEADY: failed at first, passed when run once more, alone. Mend the cause (CONTRIBUTING.md).",
    ...lines,
  ].join("\n");
}
