/**
 * Files that steps name: agents, snippets, schemas. A short name is looked up in folders, a name with a slash is a path.
 * What is named in a workflow never leads out of the project, not by `..` and not by a symbolic link. Reads the file each
 * time: a step is slow, and what somebody has just mended must hold at the next attempt.
 */
import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { limits, RunfleetError } from "@runfleet/model";

export interface WantedFile {
  /** For messages: "snippet", "agent file", "output schema". */
  readonly what: string;
  /** As written in the workflow, or on the command line. */
  readonly name: string;
  /** Where a short name may lie, best first: relative to each root, or absolute. */
  readonly folders: readonly string[];
  /** What a short name is completed with, for example ".md". */
  readonly endings: readonly string[];
}

export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** A folder, and a file that must lie below it. */
interface Candidate {
  readonly base: string;
  readonly path: string;
}

/** The file is not there, or its name cannot be one. */
const absent: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "ELOOP"]);

/**
 * The first file that exists; of one folder, the one below the first root. `roots` are absolute, best first.
 * Throws `invalid_config` when there is none, when it lies outside or is too large: with all places that were looked at.
 */
export async function readProjectFile(wanted: WantedFile, roots: readonly string[]): Promise<ProjectFile> {
  const candidates = isPath(wanted.name) ? pathsBelow(wanted, roots) : inFolders(wanted, roots);
  for (const candidate of candidates) {
    const text = await readBelow(wanted, candidate);
    if (text !== undefined) return { path: candidate.path, text };
  }
  const places = [...new Set(candidates.map(({ path }) => path))].join(", ");
  throw refused(wanted, `was not found; create one of ${places}, or correct the name in the workflow`);
}

/** A path that is relative and has no `..` once `\` is read as `/`; throws `invalid_config` for any other. */
export function checkedRelativePath(what: string, path: string): string {
  const normal = path.replaceAll("\\", "/");
  const isOutside = normal.startsWith("/") || /^[a-zA-Z]:/.test(normal) || normal.split("/").includes("..");
  if (!isOutside && !normal.includes("\0")) return normal;
  const name = JSON.stringify(path);
  throw new RunfleetError(
    "invalid_config",
    `${what} ${name} must be a path below the project, neither absolute nor with ".."`,
  );
}

function isPath(name: string): boolean {
  return name.includes("/") || name.includes("\\");
}

function pathsBelow({ what, name }: WantedFile, roots: readonly string[]): Candidate[] {
  const path = checkedRelativePath(what, name);
  return roots.map((base) => ({ base, path: join(base, path) }));
}

function inFolders({ what, name, folders, endings }: WantedFile, roots: readonly string[]): Candidate[] {
  checkedRelativePath(what, name);
  return folders.flatMap((folder) => {
    const bases = isAbsolute(folder) ? [folder] : roots;
    return bases.flatMap((base) =>
      endings.map((ending) => ({ base, path: resolve(base, folder, `${name}${ending}`) })),
    );
  });
}

async function readBelow(wanted: WantedFile, { base, path }: Candidate): Promise<string | undefined> {
  try {
    const real = await realpath(path);
    const way = relative(await realpath(base), real);
    if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) {
      throw refused(wanted, `leads out of ${base}: ${path} is ${real}`);
    }
    return await readBounded(wanted, real);
  } catch (error) {
    if (absent.has(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw error;
  }
}

/** Nothing for what is no file: a pipe, for example, would be waited for without an end. */
async function readBounded(wanted: WantedFile, path: string): Promise<string | undefined> {
  const info = await stat(path);
  if (!info.isFile()) return undefined;
  if (info.size > limits.projectFileBytesMax) {
    throw refused(wanted, `(${path}) has ${info.size} bytes, at most ${limits.projectFileBytesMax} are read`);
  }
  const text = await readFile(path, "utf8");
  return text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
}

function refused({ what, name }: WantedFile, reason: string): RunfleetError {
  return new RunfleetError("invalid_config", `${what} ${JSON.stringify(name)} ${reason}`);
}
