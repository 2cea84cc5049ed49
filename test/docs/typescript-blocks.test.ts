// TypeScript in guides, in the reference and in the READMEs of packages is accepted by the compiler as people who copy it have it:
// with the options of a new project. What a page speaks of without showing it is declared here. Nothing is executed.
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { link } from "../support/installed-packages.js";
import { filesEnding, root, textOf } from "../tidy/source-files.js";
import { members } from "../tidy/workspace.js";

const execute = promisify(execFile);

/** Excerpts of files that are compiled themselves, code for BullMQ, and code among types that no program gets. */
const elsewhere = ["docs/guides/embedding.md", "packages/engine/README.md", "packages/tracing/README.md"];
const isExcerpt = (text: string): boolean => /\bnew (Worker|FlowProducer)\(|^test\(|: Payments\b/m.test(text);

const saidBefore = `
import type { ActionContext, WorkerConfig } from "@runfleet/worker";
import type { FleetClient, RunHandle } from "@runfleet/client";
import type { createRunQueue } from "@runfleet/queue";
import type {} from "vitest"; // as in a project that has a test
declare global {
  const fleet: FleetClient;
  const run: RunHandle;
  const config: WorkerConfig;
  const printed: ActionContext["printed"];
  const connection: Parameters<typeof createRunQueue>[0]["connection"];
  const worker: { stop(): Promise<void> };
  const child: { readonly stdout: NodeJS.ReadableStream };
  const runId: string;
  const redisUrl: string;
  const token: string;
  const prs: readonly string[];
  function itemsLeft(warehouse: unknown, item: unknown, options: { signal: AbortSignal }): Promise<number>;
  function reserve(order: string, options: { key: string; signal: AbortSignal }): Promise<void>;
  function charge(order: string, options: { key: string; signal: AbortSignal }): Promise<{ refused: boolean; receipt: string }>;
}
`;

const pages = filesEnding(".md").filter(
  (file) =>
    /^(docs\/(guides|reference)\/|(packages|apps)\/[^/]+\/README)/.test(file) && !elsewhere.includes(file),
);
const blocks = pages.flatMap((file) =>
  [...textOf(file).matchAll(/^```ts.*\n([\s\S]*?)^```$/gm)]
    .map(([, text = ""], index) => ({ name: `${file.replace(/\W+/g, "-")}-${index}.ts`, text }))
    .filter(({ text }) => !isExcerpt(text)),
);

/** Inside of the clone, where the tools are found, and not below node_modules, where the compiler extends no module. */
let folder = "";
beforeAll(async () => {
  mkdirSync(join(root, ".cache"), { recursive: true });
  folder = await mkdtemp(join(root, ".cache", "blocks-"));
  link("zod", { from: join(root, "packages", "client"), into: folder });
  mkdirSync(join(folder, "node_modules", "@runfleet"));
  for (const { dir, manifest } of members)
    symlinkSync(join(root, dir), join(folder, "node_modules", manifest.name), "dir");
});
afterAll(() => rm(folder, { recursive: true }));

test("every block compiles", async () => {
  expect(blocks.length).toBeGreaterThan(25);
  for (const { name, text } of blocks) writeFileSync(join(folder, name), `${text}export {};\n`);
  writeFileSync(join(folder, "said-before.d.ts"), saidBefore);
  copyFileSync(join(root, "examples/embedding/workflows.ts"), join(folder, "workflows.ts"));
  copyFileSync(join(root, "apps/create-runfleet/template/tsconfig.json"), join(folder, "tsconfig.json"));
  const tsc = join(root, "node_modules/.bin/tsc");
  const checked = await execute(tsc, ["-p", folder]).catch((error: { stdout: string }) => error);
  expect(checked).toMatchObject({ stdout: "", stderr: "" });
}, 60_000);
