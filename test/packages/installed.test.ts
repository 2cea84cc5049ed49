// What is published, in an empty project outside of the workspace: strict TypeScript accepts the code of the READMEs there,
// declarations included, and it runs; and create-runfleet makes a project there.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { packEverything } from "../../scripts/bootstrap/create.mjs";
import { installTarballs, link, unpack } from "../support/installed-packages.js";
import { textOf } from "../tidy/source-files.js";
import { members } from "../tidy/workspace.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const execute = promisify(execFile);
/** What programs import; apps are run. */
const libraries = members
  .filter(({ dir }) => dir.startsWith("packages/"))
  .map(({ manifest }) => manifest.name);

/** Outside of the clone, so that nothing of it is found by chance. */
let outside = "";
let tarballs = "";
let project = "";
beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), "runfleet-installed-"));
  tarballs = join(outside, "tarballs");
  project = join(outside, "empty-project");
  await packEverything(tarballs);
  await installTarballs({ names: libraries, from: tarballs, project });
  // What the project itself has besides.
  link("zod", { from: join(root, "packages", "client"), into: project });
  link("@types/node", { from: root, into: project });
}, 120_000);
afterAll(() => rm(outside, { recursive: true, force: true }));

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
  for (const name of libraries) {
    const dir = join(project, "node_modules", name);
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

test("the tarball of create-runfleet makes a project of its own version, and does not touch it a second time", async () => {
  const tool = join(outside, "create-runfleet");
  await unpack("create-runfleet", { from: tarballs, to: tool });
  const create = (...args: readonly string[]) =>
    execute(process.execPath, [join(tool, "bin", "create-runfleet.js"), ...args], { cwd: outside });
  const { stdout } = await create("my-project", "--packages", "tarballs");
  expect(stdout).toMatch(/^my-project is in [\s\S]*^ {2}cd my-project\n {2}npm install\n {2}npm start /m);
  // That its types, workflows and tests are right is shown where the tutorial is followed.
  expect(readdirSync(join(outside, "my-project")).sort()).toEqual(
    [
      ...[".gitignore", "README.md", "actions", "fleet.ts", "greeting.test.ts", "package.json"],
      ...["runfleet.config.ts", "start-greeting.ts", "tsconfig.json", "vendor", "workflows"],
    ].sort(),
  );
  const again = await create("my-project").catch((error: { code: number; stderr: string }) => error);
  expect(again).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("my-project is not empty: .gitignore, "),
  });
});

test("create-runfleet says which Node it needs to one that is too old", async () => {
  const pretend =
    "data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '18.20.4' })";
  const program = join(root, "apps/create-runfleet/bin/create-runfleet.js");
  const refused = await execute(process.execPath, ["--import", pretend, program, "x"], {
    cwd: outside,
  }).catch((error: { code: number; stderr: string }) => error);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("this is 18.20.4") });
});
