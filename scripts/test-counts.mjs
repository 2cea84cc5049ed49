// Prints the counts of the last test run as one line, "N passed, N failed" (and ", N skipped" when there are any).
// Without results it says that nothing passed: a run that could not start is a failure.
import { existsSync } from "node:fs";
import { countsOf } from "./bootstrap/second-run.mjs";
import { readResults, resultsFile } from "./bootstrap/tests.mjs";

const { passed, failed, skipped } = existsSync(resultsFile)
  ? countsOf(readResults())
  : { passed: 0, failed: 1, skipped: 0 };
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
