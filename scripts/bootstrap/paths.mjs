// Where things are in the clone. Nothing outside it is ever written by these scripts; pnpm and npm keep their shared
// package caches in the user's home as always.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the clone. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Stamps, compiler caches and test results; ignored by git and safe to delete. */
export const cacheDir = join(root, ".cache");

/** The programs of the root's development dependencies. */
export const binDir = join(root, "node_modules", ".bin");

/**
 * Folders of all workspace members, relative to the root.
 * @returns {string[]} for example ["packages/model", "apps/cli", "test"]
 */
export function workspaceDirs() {
  const inside = (/** @type {string} */ parent) =>
    readdirSync(join(root, parent))
      .sort()
      .map((name) => `${parent}/${name}`);
  const candidates = [...inside("packages"), ...inside("apps"), "test", "examples", "docs/site"];
  return candidates.filter((dir) => existsSync(join(root, dir, "package.json")));
}

/**
 * The parsed package.json of a folder.
 * @param {string} dir relative to the root; "." is the root itself
 * @returns {{ packageManager?: string, scripts?: Record<string, string>, dependencies?: Record<string, string> }}
 */
export function readManifest(dir) {
  return JSON.parse(readFileSync(join(root, dir, "package.json"), "utf8"));
}
