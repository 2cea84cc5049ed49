// Prints the counts of the last test run as one line, "N passed, N failed" (and ", N skipped" when there are any).
// Without results it says that nothing passed: a run that could not start is a failure.
import { existsSync, readFileSync } from "node:fs";
import { resultsFile } from "./bootstrap/tests.mjs";

/**
 * The part of vitest's JSON report that is read here.
 * @typedef {{
 *   numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: unknown[] }[],
 * }} VitestResults
 */

/** @returns {{ passed: number, failed: number, skipped: number }} */
function readCounts() {
  if (!existsSync(resultsFile)) return { passed: 0, failed: 1, skipped: 0 };
  /** @type {VitestResults} */
  const results = JSON.parse(readFileSync(resultsFile, "utf8"));
  const brokenFiles = results.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + brokenFiles.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

const { passed, failed, skipped } = readCounts();
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
