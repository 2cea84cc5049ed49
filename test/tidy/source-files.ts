// The files of the repository as the tidy tests see them: everything a person wrote. Walks folders instead of asking git,
// so that it also works in a copy without one.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The root of the repository, with a slash at the end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

const notWritten = new Set([
  "node_modules",
  "dist",
  "coverage",
  "generated",
  ".git",
  ".cache",
  ".turbo",
  ".runfleet",
]);

/** Paths relative to the root, sorted, of all written files below a folder of the repository. */
export function filesBelow(dir = ""): string[] {
  const entries = readdirSync(root + dir, { withFileTypes: true });
  // What is linked is looked at where it lies.
  const written = entries.filter(
    (entry) => !notWritten.has(entry.name) && !entry.name.includes(".generated.") && !entry.isSymbolicLink(),
  );
  return written
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(`${dir}${entry.name}/`) : [`${dir}${entry.name}`]));
}

/** Files with one of these endings, for example `filesEnding(".ts", ".lua")`. */
export function filesEnding(...endings: readonly string[]): string[] {
  return filesBelow().filter((file) => endings.some((ending) => file.endsWith(ending)));
}

/** The text of a file; the path is relative to the root. */
export function textOf(file: string): string {
  return readFileSync(root + file, "utf8");
}

/** Names of the folders directly below a folder of the repository. */
export function foldersIn(dir: string): string[] {
  return readdirSync(root + dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !notWritten.has(entry.name))
    .map((entry) => entry.name)
    .sort();
}
