// A reporter for vitest that leaves, as JSON in the file which RUNFLEET_FAILURES_FILE names, what failed: by file, with
// the first error of each test. Beside vitest's own JSON report because that knows neither projects, nor the errors of
// hooks, nor errors that belong to no test.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * @typedef {{ name: string, error: string }} FailedTest error: the first line of the first one
 * @typedef {{ file: string, project: string, tests: FailedTest[] }} FailedFile file: absolute; tests: also hooks, by
 *   what they belong to
 * @typedef {{ files: FailedFile[], strayErrors: number }} Failures strayErrors: errors that no test caught
 */

/**
 * Vitest makes reporters with `new`.
 * @returns {import("vitest/node").Reporter}
 */
export default function createFailureReporter() {
  return {
    onTestRunEnd(modules, strayErrors) {
      const file = process.env["RUNFLEET_FAILURES_FILE"];
      if (file === undefined) return;
      /** @type {Failures} */
      const failures = {
        files: modules.filter((module) => module.state() === "failed").map(describeFile),
        strayErrors: strayErrors.length,
      };
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(failures));
    },
  };
}

/**
 * @param {import("vitest/node").TestModule} module
 * @returns {FailedFile}
 */
function describeFile(module) {
  const tests = [...module.children.allTests("failed")].map((test) =>
    describe(test.fullName, test.result().errors),
  );
  const suites = [...module.children.allSuites()].map((suite) => describe(suite.fullName, suite.errors()));
  const outside = [describe("the file itself", module.errors()), ...suites].filter(
    ({ error }) => error !== "",
  );
  return { file: module.moduleId, project: module.project.name, tests: [...outside, ...tests] };
}

/**
 * @param {string} name
 * @param {readonly { message: string }[] | undefined} errors
 * @returns {FailedTest}
 */
function describe(name, errors = []) {
  return { name, error: errors[0]?.message.split("\n")[0] ?? "" };
}
