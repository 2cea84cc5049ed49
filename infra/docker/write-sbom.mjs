// Writes what a deployed tree consists of as a CycloneDX document, sbom.cdx.json, so that a scanner need not look into the image.
// It lists what lies there, not what a lock file says, and what the pages' bundle was made of, which has no folder there.
// Usage: node write-sbom.mjs FOLDER FOLDER_OF_THE_PAGES
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [tree, pages] = process.argv.slice(2);
if (tree === undefined || pages === undefined) throw new Error("usage: node write-sbom.mjs FOLDER PAGES");

/** Of the pages' development dependencies, those that make the bundle and are not in it. */
const makers = /^(vite|@types\/.*)$/;

const own = manifestOf(tree);
const store = join(tree, "node_modules", ".pnpm");
const components = new Map();
for (const place of readdirSync(store)) {
  const modules = join(store, place, "node_modules");
  if (!existsSync(modules)) continue;
  for (const folder of packageFolders(modules)) {
    const component = componentOf(manifestOf(folder));
    components.set(component["bom-ref"], component);
  }
}
addBundled(pages, Object.keys(manifestOf(pages).devDependencies));
const sbom = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: { component: { ...componentOf(own), type: "application" } },
  components: [...components.values()].sort((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1)),
};
writeFileSync(join(tree, "sbom.cdx.json"), `${JSON.stringify(sbom, null, 2)}\n`);

/** What the pages import, and what that depends on. */
function addBundled(from, names) {
  for (const name of names.filter((candidate) => !makers.test(candidate))) {
    const folder = realpathSync(moduleFolder(from, name));
    const manifest = manifestOf(folder);
    const component = componentOf(manifest);
    if (components.has(component["bom-ref"])) continue;
    components.set(component["bom-ref"], component);
    addBundled(folder, Object.keys(manifest.dependencies ?? {}));
  }
}

/** As Node finds it: in the nearest node_modules. */
function moduleFolder(from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) throw new Error(`${name} is not installed beside ${from}`);
  }
}

/** Real folders only: what is linked is listed where it lies. */
function packageFolders(modules) {
  const entries = readdirSync(modules, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.flatMap(({ name }) => {
    if (name.startsWith(".")) return [];
    const folder = join(modules, name);
    if (!name.startsWith("@")) return [folder];
    const scoped = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return scoped.map((entry) => join(folder, entry.name));
  });
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function componentOf({ name, version, license }) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const licenses = typeof license === "string" ? { licenses: [{ expression: license }] } : {};
  return { type: "library", "bom-ref": purl, name, version, purl, ...licenses };
}
