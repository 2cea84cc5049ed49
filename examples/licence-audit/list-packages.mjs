// Lists the packages that are really installed below a folder's node_modules: real folders with a package.json that
// has a name, links left out, so each package counts once. Prints a FLOW_OUTPUT block with `packages`.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

const root = resolve(process.argv[2] ?? ".");
const packages = [];

function visitModules(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    if (entry.name === ".pnpm")
      for (const store of readdirSync(path)) visitModules(join(path, store, "node_modules"));
    else if (entry.name.startsWith("@")) visitModules(path);
    else if (!entry.name.startsWith(".")) visitPackage(path);
  }
}

function visitPackage(path) {
  const manifest = join(path, "package.json");
  if (existsSync(manifest)) {
    const { name, version } = JSON.parse(readFileSync(manifest, "utf8"));
    if (typeof name === "string")
      packages.push({ id: relative(root, path), ref: `${name}@${version}`, path });
  }
  visitModules(join(path, "node_modules"));
}

visitModules(join(root, "node_modules"));
packages.sort((a, b) => (a.id < b.id ? -1 : 1));
const output = { markers: ["listed"], context: `${packages.length} packages are installed`, packages };
process.stdout.write(`<<<FLOW_OUTPUT>>>\n${JSON.stringify(output)}\n<<<END_FLOW_OUTPUT>>>\n`);
