// `npm run verify`: all that CI demands of a change, one step after the other. A failed step does not hide the next
// ones; any failure fails the whole.
import { runNode } from "./child.mjs";
import { say, since } from "./report.mjs";
import { runTests } from "./tests.mjs";

const biome = "node_modules/@biomejs/biome/bin/biome";

/** @type {readonly { name: string, check: () => Promise<number> }[]} each check returns an exit code */
const steps = [
  { name: "format and lint", check: () => exitCode(biome, ["check", "--error-on-warnings"]) },
  { name: "types", check: () => exitCode("node_modules/typescript/bin/tsc", ["-b"]) },
  {
    name: "floors",
    check: () =>
      exitCode(biome, ["lint", "--only=style/noRestrictedImports", "--only=suspicious/noImportCycles"]),
  },
  { name: "dead code", check: () => exitCode("node_modules/knip/bin/knip.js", []) },
  { name: "generated code", check: () => exitCode("scripts/check-generated.mjs", []) },
  { name: "documentation", check: () => exitCode("docs/site/run.mjs", []) },
  { name: "tests", check: () => runTests([]) },
];

/** @returns {Promise<number>} 0 when every step passed */
export async function verify() {
  /** @type {string[]} */
  const failed = [];
  for (const { name, check } of steps) {
    const startedAt = Date.now();
    say(`\n== ${name}`);
    const code = await check();
    say(`== ${name}: ${code === 0 ? "passed" : "FAILED"} in ${since(startedAt)}`);
    if (code !== 0) failed.push(name);
    if (code > 128) break;
  }
  say(failed.length === 0 ? "\nverify: all passed" : `\nverify: failed: ${failed.join(", ")}`);
  return failed.length === 0 ? 0 : 1;
}

/**
 * @param {string} program
 * @param {string[]} args
 */
async function exitCode(program, args) {
  return (await runNode(program, args)).code;
}
