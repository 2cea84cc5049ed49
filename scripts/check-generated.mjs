// Generated code is committed and must be what its source says: runs the `generate` script of every workspace member
// that has one, and fails when a file changed. What it regenerated stays in place, ready to be committed.
import { run } from "./bootstrap/child.mjs";
import { readManifest, workspaceDirs } from "./bootstrap/paths.mjs";
import { say } from "./bootstrap/report.mjs";
import { filesBelow, hashContents } from "./bootstrap/stamp.mjs";

const skipped = /\/(node_modules|dist|\.turbo)\//;

/**
 * @param {string} dir
 * @returns {Map<string, string>} from file to the hash of its content
 */
function snapshot(dir) {
  const files = filesBelow(dir).filter((file) => !skipped.test(file));
  return new Map(files.map((file) => [file, hashContents([file])]));
}

/** @param {string} dir */
async function staleFiles(dir) {
  const before = snapshot(dir);
  const { code, output } = await run("pnpm", ["--dir", dir, "run", "generate"], { quiet: true });
  if (code !== 0) {
    say(output);
    return [`${dir} (its generate script failed)`];
  }
  const after = snapshot(dir);
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((file) => before.get(file) !== after.get(file));
}

const generators = workspaceDirs().filter((dir) => readManifest(dir).scripts?.["generate"]);
const stale = [];
for (const dir of generators) stale.push(...(await staleFiles(dir)));

for (const file of stale) say(`not what its source says: ${file}`);
say(`${generators.length} generators checked, ${stale.length} files differ`);
process.exitCode = stale.length === 0 ? 0 : 1;
