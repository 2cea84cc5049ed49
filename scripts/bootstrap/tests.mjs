// `npm test`: every suite but the long ones. The counts are also left in .cache/test-results.json for CI. Where the whole
// suite was run and only a few files of real processes failed, those are run once more (second-run.mjs).
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runNode } from "./child.mjs";
import { cacheDir, root } from "./paths.mjs";
import { say } from "./report.mjs";
import { describeUnsteady, filesForSecondRun, mergeResults } from "./second-run.mjs";

/** Where the machine-readable results of the last run are. */
export const resultsFile = join(cacheDir, "test-results.json");
const failuresFile = join(cacheDir, "test-failures.json");

/**
 * @typedef {import("./second-run.mjs").Results} Results
 * @typedef {import("./failure-reporter.mjs").Failures} Failures
 */

/**
 * @param {string[]} args passed on to vitest, for example a path or `-t name`; whoever gives some sees the first outcome
 * @returns {Promise<number>} exit code
 */
export async function runTests(args) {
  const { code, failures } = await runVitest(args);
  const files = failures && code === 1 && args.length === 0 ? filesForSecondRun(failures) : [];
  if (failures === undefined || files.length === 0) return code;
  say(`\n== ${files.length} of the files with real processes failed: once more, alone`);
  const first = readResults();
  const second = await runVitest(["--no-file-parallelism", ...files]);
  if (second.failures === undefined) {
    writeResults(first);
    return code;
  }
  const results = mergeResults(first, readResults(), failures.files);
  writeResults(results);
  const table = describeUnsteady(results.unsteady ?? [], root);
  if (table !== "") say(`\n${table}`);
  return second.code;
}

/** @returns {Results} of the last run */
export function readResults() {
  return readJson(resultsFile);
}

/** @param {Results} results */
function writeResults(results) {
  writeFileSync(resultsFile, JSON.stringify(results));
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/**
 * @param {string[]} args
 * @returns {Promise<{ code: number, failures: Failures | undefined }>} undefined: it did not come to its end
 */
async function runVitest(args) {
  for (const file of [resultsFile, failuresFile]) rmSync(file, { force: true });
  const reporters = ["default", "json", join(root, "scripts/bootstrap/failure-reporter.mjs")];
  const options = [...reporters.map((name) => `--reporter=${name}`), `--outputFile.json=${resultsFile}`];
  const env = { RUNFLEET_FAILURES_FILE: failuresFile };
  const { code } = await runNode("node_modules/vitest/vitest.mjs", ["run", ...options, ...args], { env });
  if (!existsSync(resultsFile) || !existsSync(failuresFile)) return { code, failures: undefined };
  /** @type {Failures} */
  const failures = readJson(failuresFile);
  writeResults({ ...readResults(), strayErrors: failures.strayErrors });
  return { code, failures };
}
