// Whoever takes Runfleet takes what it brings along: everything installed has a licence that permits that. What is listed as
// weak copyleft is used unchanged, by tests and builds only. A new licence is a decision, made by adding it here.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./source-files.js";

const permissive: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  "(MIT OR Apache-2.0)",
  "MIT OR Apache-2.0",
  "Unlicense",
]);

/** Neither shipped nor linked with: the rules of accessibility, what the bundler minifies styles with, a parser of its arguments. */
const onlyForTestsAndBuilds: ReadonlySet<string> = new Set([
  ...["axe-core", "lightningcss", "argparse"],
  // Given to everybody (CC0), below what checks manifests for Kubernetes.
  "railroad-diagrams",
]);

interface Installed {
  readonly name: string;
  readonly licence: string;
}

const store = join(root, "node_modules/.pnpm");

function foldersOf(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

/** A folder of the store holds the package itself and links to what it needs; only the package itself is a folder. */
function packagesIn(modules: string): string[] {
  if (!existsSync(modules)) return [];
  return foldersOf(modules).flatMap((name) =>
    name.startsWith("@")
      ? foldersOf(join(modules, name)).map((inner) => join(modules, name, inner))
      : [join(modules, name)],
  );
}

function describePackage(dir: string): Installed[] {
  const file = join(dir, "package.json");
  if (!existsSync(file)) return [];
  const { name, license } = JSON.parse(readFileSync(file, "utf8")) as { name: string; license?: unknown };
  return [{ name, licence: typeof license === "string" ? license : "undeclared" }];
}

const installed = foldersOf(store)
  .filter((name) => name !== "node_modules")
  .flatMap((name) => packagesIn(join(store, name, "node_modules")))
  .flatMap(describePackage);

test("every installed package has a licence that permits what we do with it", () => {
  expect(installed.length).toBeGreaterThan(100);
  const questionable = installed.filter(
    ({ name, licence }) =>
      !permissive.has(licence) &&
      !onlyForTestsAndBuilds.has(name.replace(/-(linux|darwin|win32|freebsd|android)-.*$/, "")),
  );
  expect(questionable).toEqual([]);
});
