// What is published, in an empty project outside of the workspace: the tarballs unpacked, each beside the packages that its own
// manifest names and no others. Strict TypeScript accepts the code of the READMEs there, declarations included, and it runs.
// Packages of others are linked from this installation, so that no registry is asked.
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { textOf } from "../tidy/source-files.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const execute = promisify(execFile);
const packed = readdirSync(join(root, "packages"));

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifestIn = (dir: string): Manifest => JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));

/** Outside of the clone, so that nothing of it is found by chance. */
let project = "";
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "runfleet-installed-"));
  const pnpm = join(root, "node_modules", "pnpm", "bin", "pnpm.cjs");
  const pack = ["-r", "--filter", "./packages/*", "pack", "--pack-destination", project];
  await execute(process.execPath, [pnpm, ...pack], { cwd: root });
  for (const name of packed) await install(name);
  // What the project itself has besides.
  link("zod", { from: join(root, "packages", "client"), into: project });
  link("@types/node", { from: root, into: project });
}, 120_000);
afterAll(() => rm(project, { recursive: true, force: true }));

async function install(name: string): Promise<void> {
  const dir = join(project, "node_modules", "@runfleet", name);
  mkdirSync(dir, { recursive: true });
  const tarball = join(project, `runfleet-${name}-${manifestIn(join(root, "packages", name)).version}.tgz`);
  await execute("tar", ["-xzf", tarball, "-C", dir, "--strip-components=1"]);
  const { dependencies = {} } = manifestIn(dir);
  for (const [needed, version] of Object.entries(dependencies)) {
    const isOurs = needed.startsWith("@runfleet/");
    const at = isOurs
      ? join(root, "packages", needed.slice("@runfleet/".length))
      : link(needed, { from: join(root, "packages", name), into: dir });
    expect(manifestIn(at).version.replace(/^v/, ""), `${name} needs ${needed}`).toBe(version);
  }
}

/** A package of others, as it is installed for one of ours. */
function link(name: string, { from, into }: { readonly from: string; readonly into: string }): string {
  const target = realpathSync(join(from, "node_modules", name));
  const place = join(into, "node_modules", name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(target, place, "dir");
  return target;
}

function codeOf(page: string, index = 0): string {
  const blocks = [...textOf(page).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
  return blocks[index] ?? "";
}

const worker = `
import { createClient } from "@runfleet/client";
import { createFleetWorker } from "@runfleet/worker";
import config from "./runfleet.config.js";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const look = { name: "look", run: async () => ({ markers: ["seen"] }) };
const fleet = createClient();
const source = "workflow review-pr { inputs { pr required } call look gate human_review { } }";
await fleet.publish([{ source }]);
const worker = await createFleetWorker({
  redisUrl: process.env.REDIS_URL ?? "",
  namespace: process.env.RUNFLEET_NAMESPACE ?? "",
  config: { ...config, actions: [...(config.actions ?? []), look] },
  log: () => silent,
});
await import("./sdk.js");
const { runs } = await fleet.list();
console.log("status", runs.map(({ status }) => status).join());
await fleet.close();
await worker.stop();
`;

const files: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "empty-project", "private": true, "type": "module" }',
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      ...{ strict: true, skipLibCheck: false, module: "nodenext", target: "es2023", types: ["node"] },
      ...{ rootDir: "src", outDir: "out" },
    },
    include: ["src"],
  }),
  "review-pr.wf":
    'workflow review-pr { inputs { pr required } call review gate human_review { timeout = "7d" } call charge }',
  "src/sdk.ts": codeOf("README.md"),
  "src/runfleet.config.ts": codeOf("packages/worker/README.md"),
  "src/worker.ts": worker,
  "src/test-fleet.ts": codeOf("packages/testing/README.md", 0),
  "src/storm.ts": codeOf("packages/testing/README.md", 1).replace("1000", "20"),
};

test("each tarball holds types, a README and the licence, and no tests", async () => {
  for (const name of packed) {
    const dir = join(project, "node_modules", "@runfleet", name);
    for (const file of ["README.md", "LICENSE", "dist/index.js", "dist/index.d.ts"])
      expect(existsSync(join(dir, file)), `${name} has ${file}`).toBe(true);
    const tests = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((file) =>
      /\.test\./.test(file),
    );
    expect(
      tests.filter((file) => !file.includes("node_modules")),
      name,
    ).toEqual([]);
  }
});

test("strict TypeScript accepts the code of the READMEs, declarations included, and it runs on a Redis and in memory", async () => {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  const tsc = join(root, "node_modules", ".bin", "tsc");
  const checked = await execute(tsc, ["-p", project]).catch((error: { stdout: string }) => error);
  expect(checked.stdout).toBe("");
  const env = {
    PATH: process.env["PATH"],
    REDIS_URL: inject("redisUrl"),
    RUNFLEET_NAMESPACE: `installed-${process.pid}`,
  };
  const run = async (file: string) =>
    (await execute(process.execPath, [join("out", file)], { cwd: project, env })).stdout;
  const printed = await run("worker.js");
  expect(printed).toMatch(/^run\.started$[\s\S]*^gate\.waiting$[\s\S]*^run\.completed$/m);
  expect(printed).toMatch(/^status completed$/m);
  expect(await run("test-fleet.js")).toBe("completed\n");
  expect(await run("storm.js")).toBe("");
}, 120_000);
