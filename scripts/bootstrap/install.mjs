// Dependencies: installed with the pnpm named in package.json ("packageManager"), fetched through npm's own cache, never
// globally, and only when the manifests or the lock file changed since the last time.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run, runNode } from "./child.mjs";
import { readManifest, root, workspaceDirs } from "./paths.mjs";
import { remedyFor } from "./remedies.mjs";
import { SetupError, say, sayBriefly, since } from "./report.mjs";
import { filesBelow, hashContents, isStamped, writeStamp } from "./stamp.mjs";

const stampFile = join(root, "node_modules", ".runfleet-installed");
const outputLinesMax = 25;

/** Installs what is missing; returns at once when nothing changed. */
export async function ensureInstalled() {
  const hash = hashContents([
    "package.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    ...filesBelow("patches"),
    ...workspaceDirs().map((dir) => `${dir}/package.json`),
  ]);
  if (isStamped(stampFile, hash) && hasAllNodeModules()) return;

  const startedAt = Date.now();
  const version = pinnedPnpmVersion();
  say(`Dependencies: installing with pnpm ${version} (the first time takes a minute at most) ...`);
  const ended = await runPnpm(version, [
    "install",
    "--frozen-lockfile",
    "--reporter=append-only",
    "--config.confirm-modules-purge=false",
  ]);
  if (ended.code !== 0) throw installFailed(ended);
  writeStamp(stampFile, hash);
  say(`Dependencies: installed in ${since(startedAt)}`);
}

function hasAllNodeModules() {
  const withDependencies = workspaceDirs().filter((dir) => hasDependencies(readManifest(dir)));
  return [".", ...withDependencies].every((dir) => existsSync(join(root, dir, "node_modules")));
}

/** @param {{ dependencies?: object, devDependencies?: object }} manifest */
function hasDependencies({ dependencies, devDependencies }) {
  return dependencies !== undefined || devDependencies !== undefined;
}

function pinnedPnpmVersion() {
  const version = readManifest(".").packageManager?.match(/^pnpm@([\d.]+)/)?.[1];
  if (!version) throw new SetupError('package.json names no pnpm version in "packageManager".');
  return version;
}

/**
 * @param {string} version
 * @param {string[]} args
 */
function runPnpm(version, args) {
  const options = { quiet: true, onLine: (/** @type {string} */ line) => sayBriefly(`  ${line}`) };
  const npmProgram = process.env["npm_execpath"];
  const command = ["--yes", `--package=pnpm@${version}`, "--", "pnpm", ...args];
  if (npmProgram?.endsWith("npm-cli.js")) return runNode(npmProgram, ["exec", ...command], options);
  return run("npx", command, options);
}

/** @param {import("./child.mjs").Ended} ended */
function installFailed({ code, output, isMissing }) {
  if (isMissing) {
    return new SetupError(
      "npm was not found. It comes with Node from nodejs.org; on Debian and Ubuntu: apt-get install npm",
    );
  }
  if (code > 128) return new SetupError("Interrupted; run the same command again to go on.", code);
  say(output.trimEnd().split("\n").slice(-outputLinesMax).join("\n"));
  return new SetupError(
    remedyFor(output) ?? `The dependencies could not be installed (pnpm ended with ${code}).`,
  );
}
