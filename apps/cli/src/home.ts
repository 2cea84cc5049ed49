/**
 * Where a project keeps the state of its development fleet: `RUNFLEET_HOME`, else `.runfleet` of the project.
 * Only computes paths and looks at what exists; writes nothing.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface Place {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

const configNames = [
  "runfleet.config.ts",
  "runfleet.config.mts",
  "runfleet.config.js",
  "runfleet.config.mjs",
] as const;

const homeName = ".runfleet";
const stateName = "dev.json";
const cacheName = join(".cache", "runfleet");
const projectMarks = [...configNames, "package.json", ".git"];

/** The home a new fleet uses: named, or of the nearest project, or of the current folder. */
export function homeToUse({ env, cwd }: Place): string {
  const named = env["RUNFLEET_HOME"] ?? "";
  if (named !== "") return resolve(cwd, named);
  const project = foldersUpward(cwd).find((folder) =>
    projectMarks.some((mark) => existsSync(join(folder, mark))),
  );
  return join(project ?? resolve(cwd), homeName);
}

/** The state file of a fleet started here or in a folder above; undefined when there is none. */
export function findStateFile({ env, cwd }: Place): string | undefined {
  const named = env["RUNFLEET_HOME"] ?? "";
  const homes =
    named === "" ? foldersUpward(cwd).map((folder) => join(folder, homeName)) : [resolve(cwd, named)];
  return homes.map(stateFile).find((file) => existsSync(file));
}

export function stateFile(home: string): string {
  return join(home, stateName);
}

export function logsFolder(home: string): string {
  return join(home, "logs");
}

/**
 * Where a fetched Redis is kept: `RUNFLEET_CACHE`, else the nearest one that exists here or above (projects of one
 * clone share it), else `.cache/runfleet` beside the home.
 */
export function cacheFolder(home: string, { env, cwd }: Place): string {
  const named = env["RUNFLEET_CACHE"] ?? "";
  if (named !== "") return resolve(cwd, named);
  const own = join(dirname(home), cacheName);
  return (
    [...foldersUpward(cwd).map((folder) => join(folder, cacheName)), own].find((folder) =>
      existsSync(folder),
    ) ?? own
  );
}

/** The nearest configuration file, from the current folder upward to the project's own folder. */
export function findConfigFile({ cwd }: Place): string | undefined {
  for (const folder of foldersUpward(cwd)) {
    const file = configNames.map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
    if (file !== undefined) return file;
    if (existsSync(join(folder, ".git"))) return undefined;
  }
  return undefined;
}

function foldersUpward(from: string): string[] {
  const folders = [resolve(from)];
  for (let folder = folders[0] ?? from; dirname(folder) !== folder; ) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders;
}
