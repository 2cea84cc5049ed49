// Remembers what a finished step saw, so that the next start can skip it: a stamp is a hash in a file. It does not know
// what the steps do.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./paths.mjs";

/**
 * Hash of the contents of files; a missing file counts as missing.
 * @param {string[]} paths relative to the root
 */
export function hashContents(paths) {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  for (const path of paths) {
    const file = join(root, path);
    hash.update(`${path}\n`).update(existsSync(file) ? readFileSync(file) : "missing");
  }
  return hash.digest("hex");
}

/**
 * Hash of names, sizes and modification times below folders and of files: no file is opened, so thousands take milliseconds.
 * @param {string[]} paths relative to the root; missing ones are left out
 */
export function hashTimes(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const file of filesBelow(path)) {
      const { size, mtimeMs } = statSync(join(root, file));
      hash.update(`${file} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest("hex");
}

/**
 * @param {string} path a file or folder, relative to the root
 * @returns {string[]} the file itself, or all files below the folder
 */
export function filesBelow(path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stats) return [];
  if (stats.isFile()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesBelow(`${path}/${name}`));
}

/**
 * @param {string} stampFile absolute
 * @param {string} hash
 */
export function isStamped(stampFile, hash) {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === hash;
}

/**
 * @param {string} stampFile absolute
 * @param {string} hash
 */
export function writeStamp(stampFile, hash) {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, hash);
}
