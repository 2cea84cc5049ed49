// `npm test`: every suite but the long ones. The counts are also left in .cache/test-results.json for CI.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { runNode } from "./child.mjs";
import { cacheDir } from "./paths.mjs";

/** Where the machine-readable results of the last run are. */
export const resultsFile = join(cacheDir, "test-results.json");

/**
 * @param {string[]} args passed on to vitest, for example a path or `-t name`
 * @returns {Promise<number>} exit code
 */
export async function runTests(args) {
  rmSync(resultsFile, { force: true });
  const { code } = await runNode("node_modules/vitest/vitest.mjs", [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${resultsFile}`,
    ...args,
  ]);
  return code;
}
