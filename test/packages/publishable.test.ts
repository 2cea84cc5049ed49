// Every package as somebody finds it who installs it: its manifest, the types behind each way to import it, and that a bundler
// leaves out what is not used. Looks at what was built.
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPackage, Package } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { members } from "../tidy/workspace.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
}

const packages = members
  .map(({ dir }) => ({ dir, manifest: readManifest(dir) }))
  .filter(({ manifest }) => manifest.private !== true);

function readManifest(dir: string): Manifest {
  return JSON.parse(readFileSync(join(root, dir, "package.json"), "utf8")) as Manifest;
}

/** The files of a package as an installation has them. */
function installed(dir: string, { name, version }: Manifest): Package {
  const built = readdirSync(join(root, dir, "dist"), { recursive: true, encoding: "utf8" });
  const paths = [
    "package.json",
    ...built.filter((path) => /\.(js|d\.ts)$/.test(path)).map((path) => `dist/${path}`),
  ];
  const files = paths.map((path) => [
    `/node_modules/${name}/${path}`,
    readFileSync(join(root, dir, path), "utf8"),
  ]);
  return new Package(Object.fromEntries(files) as Record<string, string>, name, version);
}

/** ES modules only, by choice: Node 20.19 and newer load them with `require` too. */
const notForUs: readonly string[] = ["node10", "node16-cjs"];

describe.each(packages)("$manifest.name", ({ dir, manifest }) => {
  test("has a manifest that publint finds nothing wrong with", async () => {
    const { messages } = await publint({ pkgDir: join(root, dir), pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
  }, 60_000);

  test.runIf(manifest.exports !== undefined)(
    "has types where its modules are",
    async () => {
      const checked = await checkPackage(installed(dir, manifest), { excludeEntrypoints: [/\.json$/] });
      const problems = checked.types === false ? ["no types"] : checked.problems;
      expect(
        problems.filter((problem) => {
          const way =
            typeof problem === "object" && "resolutionKind" in problem ? problem.resolutionKind : "";
          return !notForUs.includes(way);
        }),
      ).toEqual([]);
    },
    60_000,
  );
});

/** What a bundler makes of a program. */
async function bundled(program: string): Promise<string> {
  const entry = join(folder, `program-${programs++}.mjs`);
  await writeFile(entry, program);
  const result = await build({
    configFile: false,
    root: join(root, "test"),
    logLevel: "silent",
    ssr: { noExternal: true },
    build: { ssr: entry, write: false, minify: false, target: "node20" },
  });
  const outputs = "output" in result ? result.output : [];
  return outputs.map((part) => ("code" in part ? part.code : "")).join("");
}

/** Inside of the clone, so that the packages are found. */
let folder = "";
let programs = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(root, "test", "node_modules", ".bundled-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("who imports a reference to a workflow does not get the client, and who imports the client gets no worker", async () => {
  const small = await bundled(
    'import { workflowRef } from "@runfleet/client"; console.log(workflowRef("x").name);',
  );
  expect(small).toContain("console.log");
  expect(small.length).toBeLessThan(20_000);
  const client = await bundled(
    'import { createClient } from "@runfleet/client"; console.log(createClient());',
  );
  expect(client).toContain("function createClient");
  expect(client).not.toContain("createFleetWorker");
}, 120_000);

/** What is loaded with a built module of a package, without what it loads later: names of packages. */
function loadedWith(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, from = ""] of readFileSync(file, "utf8").matchAll(
    /^(?:import|export)\b(?:[^"';]*\bfrom)? "([^"]+)"/gm,
  )) {
    if (from.startsWith(".")) loadedWith(join(dirname(file), from), seen);
    else seen.add(from);
  }
  return seen;
}

test("who wants an embedded Redis, as the command line does, loads neither client nor worker", () => {
  const loaded = loadedWith(join(root, "packages", "testing", "dist", "index.js"));
  expect([...loaded].filter((name) => name.startsWith("@runfleet/"))).toEqual(["@runfleet/model"]);
  expect(loadedWith(join(root, "packages", "testing", "dist", "test-fleet", "test-fleet.js"))).toContain(
    "@runfleet/worker",
  );
});
