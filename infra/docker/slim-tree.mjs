// Takes out of a deployed tree what no running process reads: declarations, source maps, sources of what is built, documents, the
// tests and examples of packages, OpenTelemetry's builds for bundlers, and the compiler, which is there as a peer that packages
// may have. Licences stay.
// Usage: node slim-tree.mjs FOLDER
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

const [tree] = process.argv.slice(2);
if (tree === undefined) throw new Error("usage: node slim-tree.mjs FOLDER");

/** Names of packages below `.pnpm`; their links elsewhere then lead nowhere, which a tool that is not started never notices. */
const unusedPackages = /^(typescript@|@typescript\+|@types\+)/;
const unusedFiles = /\.(d\.[cm]?ts|[cm]?ts|map|tsbuildinfo|md|markdown|flow)$/i;
/** Of OpenTelemetry Node takes `build/src`: conditions that it does not have name the others. */
const unusedFolders = [
  /\/@opentelemetry\/[^/]+\/build\/(esm|esnext)$/,
  /\/node_modules\/(@[^/]+\/)?[^/@][^/]*\/(tests?|__tests__|docs|examples?|benchmarks?|\.github)$/,
];
const keptFiles = /^(licen[cs]e|notice|copying)/i;

for (const name of readdirSync(join(tree, "node_modules", ".pnpm"))) {
  if (unusedPackages.test(name)) rmSync(join(tree, "node_modules", ".pnpm", name), { recursive: true });
}
slim(tree);

function slim(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = lstatSync(path);
    if (found.isDirectory() && unusedFolders.some((unused) => unused.test(path)))
      rmSync(path, { recursive: true });
    else if (found.isDirectory()) slim(path);
    else if (found.isFile() && unusedFiles.test(name) && !keptFiles.test(basename(name))) rmSync(path);
  }
}
