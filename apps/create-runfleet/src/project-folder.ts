/** The folder of a project that is to be made: its name, and that nothing in it can get lost. Writes nothing. */
import { readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { Refusal } from "./refusal.js";

export interface ProjectFolder {
  /** Absolute. */
  readonly path: string;
  /** Of the package; the folder's. */
  readonly name: string;
}

/** The registry's own limit for names. */
const nameCharactersMax = 214;
/** What may be there already: a repository that has nothing yet. */
const harmless: ReadonlySet<string> = new Set([".git"]);
const namesShownMax = 5;

/** Throws a Refusal when the name is none for a package or the folder has something in it. */
export function checkProjectFolder(typed: string, cwd: string): ProjectFolder {
  const path = resolve(cwd, typed);
  const name = basename(path);
  checkName(name);
  const there = entriesOf(path).filter((entry) => !harmless.has(entry));
  if (there.length > 0) {
    const shown = there.slice(0, namesShownMax).join(", ");
    const rest = there.length > namesShownMax ? ` and ${there.length - namesShownMax} more` : "";
    throw new Refusal(`${path} is not empty: ${shown}${rest}. Name a new folder, or an empty one.`);
  }
  return { path, name };
}

function checkName(name: string): void {
  const isGood =
    /^[a-z0-9][a-z0-9._-]*$/.test(name) && name.length <= nameCharactersMax && name !== "node_modules";
  if (isGood) return;
  throw new Refusal(
    `"${name}" cannot be the name of a package. Use lower-case letters, digits, "-", "." and "_", and begin with a letter or a digit.`,
  );
}

/** Nothing when the folder is not there. Throws a Refusal when it is no folder, or cannot be looked into. */
function entriesOf(path: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") throw new Refusal(`${path} is a file, or lies below one.`, { cause });
    throw new Refusal(`${path} cannot be looked into (${code}).`, { cause });
  }
}
