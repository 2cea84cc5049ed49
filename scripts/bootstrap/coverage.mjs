// `npm run coverage`: how much of floors 0 and 1 their tests reach. Only suites without a server are run: those of the
// packages themselves and those about language and engine as a whole.
import { runNode } from "./child.mjs";

const suites = [
  ...["packages/model", "packages/language", "packages/engine", "packages/scaling", "packages/schedules"],
  ...["test/conformance/engine", "test/conformance/language", "test/corpus", "test/simulation"],
];

/**
 * @param {string[]} args passed on to vitest
 * @returns {Promise<number>} exit code; not 0 below a threshold of vitest.coverage.config.ts
 */
export async function measureCoverage(args) {
  // Counting makes everything slower.
  const run = [
    "run",
    "--config",
    "vitest.coverage.config.ts",
    "--project",
    "source*",
    "--testTimeout=600000",
  ];
  return (await runNode("node_modules/vitest/vitest.mjs", [...run, ...suites, ...args])).code;
}
