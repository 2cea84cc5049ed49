// `npm run mutants`: plants each bug of the table in a copy of the sources, runs the engine's tests over it, and
// prints which of them noticed. Nothing in the working tree is changed; the copies are in .cache and are deleted.
// Words after the command choose bugs by file or by what is said of them; RUNFLEET_MUTANT_COPIES says how many at once.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mutants } from "./mutants.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const copies = join(root, ".cache", "mutants");
const copiesAtOnce = Number(process.env["RUNFLEET_MUTANT_COPIES"] ?? 2);

/** What a copy needs: sources, their manifests, and the tests. */
const copied = [
  "package.json",
  "tsconfig.base.json",
  "tsconfig.pure.json",
  "packages/model",
  "packages/language",
  "packages/engine",
  "packages/testing/src/simulated/random.ts",
  "test/package.json",
  "test/support",
  "test/simulation",
  "test/transcripts/engine",
  "test/mutants/vitest.config.ts",
];
const withDependencies = [".", "packages/model", "packages/language", "packages/engine", "test"];

/** Groups of tests, from the nearest to the farthest; each may notice a bug on its own. The first that fits counts. */
const groups = [
  { name: "transcripts", files: /\/test\/transcripts\// },
  { name: "oracle", files: /\/oracle\.test\.ts$/ },
  { name: "decisions", files: /\/(decisions|properties)\.test\.ts$/ },
  { name: "unit", files: /\/packages\/engine\// },
];

/** Longer than the tests of one copy take on a busy machine; a bug that hangs is noticed. */
const copyMsMax = 240_000;

/** Programs for the oracle: enough to meet most of what is rare. */
const programs = "1000";

/** @typedef {import("./mutants.mjs").Mutant} Mutant */
/** @typedef {{ mutant: Mutant, noticed: string[] }} Result */

function makeCopy(/** @type {number} */ number) {
  const copy = join(copies, String(number));
  rmSync(copy, { recursive: true, force: true });
  const isWritten = (/** @type {string} */ path) => !["node_modules", "dist"].includes(basename(path));
  for (const path of copied)
    cpSync(join(root, path), join(copy, path), { recursive: true, filter: isWritten });
  for (const dir of withDependencies) {
    const modules = join(root, dir, "node_modules");
    if (existsSync(modules)) symlinkSync(modules, join(copy, dir, "node_modules"), "dir");
  }
  return copy;
}

/**
 * Which groups fail over a copy. Tests that do not end are killed; then all that is known is that something is wrong.
 * @param {string} copy
 * @returns {Promise<string[]>}
 */
async function failingGroups(copy) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const child = spawn(
    process.execPath,
    [vitest, "run", "--config", join(copy, "test/mutants/vitest.config.ts"), `--outputFile=${report}`],
    {
      cwd: copy,
      stdio: "ignore",
      detached: true,
      env: { ...process.env, RUNFLEET_ORACLE_PROGRAMS: programs },
    },
  );
  const timer = setTimeout(() => killGroup(child.pid), copyMsMax);
  await once(child, "close");
  clearTimeout(timer);
  if (!existsSync(report)) return ["hangs"];
  /** @type {{ testResults: { name: string, status: string }[] }} */
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  const failed = testResults.filter(({ status }) => status !== "passed");
  return [...new Set(failed.map(({ name }) => groups.find(({ files }) => files.test(name))?.name ?? name))];
}

function killGroup(/** @type {number | undefined} */ pid) {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}

/**
 * @param {string} copy
 * @param {Mutant} mutant
 * @returns {Promise<Result>}
 */
async function tryMutant(copy, mutant) {
  const file = join(copy, "packages/engine/src", mutant.file);
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text.replace(mutant.find, () => mutant.replace),
  );
  const noticed = await failingGroups(copy);
  writeFileSync(file, text);
  return { mutant, noticed };
}

function line(/** @type {Result} */ { mutant, noticed }) {
  const marks = groups.map(({ name }) => (noticed.includes(name) ? name : "-").padEnd(name.length));
  const verdict = noticed.length > 0 ? "caught  " : "SURVIVED";
  const why = noticed.length === 0 && mutant.survives ? ` (${mutant.survives})` : "";
  return `${verdict}  ${marks.join("  ")}  ${mutant.file}: ${mutant.says}${why}`;
}

/** Without any bug, everything must pass: else each bug would seem to be noticed. */
async function expectHealthy(/** @type {string} */ copy) {
  const failing = await failingGroups(copy);
  if (failing.length > 0) throw new Error(`without any bug, these fail: ${failing.join(", ")}`);
}

const wanted = process.argv.slice(2);
const chosen = mutants.filter(({ file, says }) => {
  return wanted.length === 0 || wanted.some((word) => `${file}: ${says}`.includes(word));
});
const queue = [...chosen];
/** @type {Result[]} */
const results = [];

async function work(/** @type {number} */ number) {
  const copy = makeCopy(number);
  if (number === 0) await expectHealthy(copy);
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const result = await tryMutant(copy, mutant);
    results.push(result);
    console.log(line(result));
  }
}

mkdirSync(copies, { recursive: true });
const startedAt = Date.now();
await Promise.all(Array.from({ length: copiesAtOnce }, (_, number) => work(number)));
rmSync(copies, { recursive: true, force: true });

const caught = results.filter(({ noticed }) => noticed.length > 0);
console.log(
  `\n${caught.length} of ${results.length} caught in ${Math.round((Date.now() - startedAt) / 1000)} s`,
);
for (const { name } of groups) {
  console.log(`  ${name}: ${results.filter(({ noticed }) => noticed.includes(name)).length}`);
}
process.exitCode = results.every(({ mutant, noticed }) => noticed.length > 0 || mutant.survives) ? 0 : 1;
