// What `docker build` sends to the builder: the files of this clone that .dockerignore lets through.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// Its types say that a module has a default, and there is none.
/** @type {() => import("@balena/dockerignore").Ignore} */
const dockerIgnore = createRequire(import.meta.url)("@balena/dockerignore");

/** Never read, however the patterns stand: they are large, and no pattern of ours lets them in. */
const skipped = new Set(["node_modules", ".git", ".cache", "dist"]);

/** @param {string} root @returns {string[]} paths below it, with slashes */
export function sentFiles(root) {
  const filter = dockerIgnore().add(readFileSync(join(root, ".dockerignore"), "utf8"));
  return filesBelow(root, "").filter((file) => !filter.ignores(file));
}

/** @param {string} root @param {string} folder @returns {string[]} */
function filesBelow(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesBelow(root, path);
    return entry.isFile() ? [path] : [];
  });
}
