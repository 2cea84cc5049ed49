/**
 * The program as an earlier commit had it: taken out of the history of this clone and built, once per commit, in `.cache/previous`.
 * Which commit: `RUNFLEET_PREVIOUS` names one; else the newest release before this commit; before the first release the
 * commit that gave the data its layout. Needs the history, and packages of that commit's lockfile.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const run = promisify(execFile);

export interface PreviousBuild {
  readonly commit: string;
  /** Its `runfleet`. */
  readonly cli: string;
}

/** Nothing where the history does not have it, as in a shallow clone. */
export async function previousBuild(): Promise<PreviousBuild | undefined> {
  const commit = await previousCommit();
  if (commit === undefined) return undefined;
  const folder = join(root, ".cache", "previous", commit);
  if (!existsSync(folder)) await build(commit, folder);
  return { commit, cli: join(folder, "apps/cli/bin/runfleet.js") };
}

async function previousCommit(): Promise<string | undefined> {
  const named = process.env["RUNFLEET_PREVIOUS"];
  if (named !== undefined && named !== "") return await git("rev-parse", `${named}^{commit}`);
  const tag = await git("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^").catch(() => undefined);
  if (tag !== undefined) return await git("rev-parse", `${tag}^{commit}`);
  if ((await git("rev-parse", "--is-shallow-repository").catch(() => "true")) === "true") return undefined;
  const first = await git("log", "--diff-filter=A", "--format=%H", "--", "packages/model/src/layout.ts");
  return first === "" ? undefined : first;
}

async function git(...words: readonly string[]): Promise<string> {
  return (await run("git", words, { cwd: root })).stdout.trim();
}

/** Whole or not at all: an interrupted build leaves nothing that looks like one. */
async function build(commit: string, folder: string): Promise<void> {
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await inFolder(root, "git", "archive", "--output", join(draft, "source.tar"), commit);
  await inFolder(draft, "tar", "-xf", "source.tar");
  const pnpm = join(root, "node_modules/pnpm/bin/pnpm.cjs");
  await inFolder(draft, process.execPath, pnpm, "install", "--frozen-lockfile", "--prefer-offline");
  await inFolder(draft, process.execPath, "node_modules/typescript/bin/tsc", "-b", "apps/cli");
  await rename(draft, folder);
}

async function inFolder(cwd: string, program: string, ...words: readonly string[]): Promise<void> {
  const child = spawn(program, words, {
    cwd,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, CI: "1" },
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${program} ${words.join(" ")} in ${cwd}: exit code ${code}`);
}
