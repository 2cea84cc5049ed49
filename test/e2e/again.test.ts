/**
 * A failed run, once more: forked from what failed with other inputs, run anew with the same ones; and many runs told
 * the same at once. Worker and Redis are real, the command is a process of its own. What actions did is counted, so that nothing is done twice by a fork.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { type RunDocument, runDocumentSchema } from "@runfleet/model";
import { createFleetWorker, type FleetWorker, type WorkerConfig } from "@runfleet/worker";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type CliProject, openProject } from "../support/built-cli.js";
import { eventually } from "../support/eventually.js";

const namespace = `again-${randomUUID().slice(0, 8)}`;
const redisUrl = inject("redisUrl");
const place = ["--redis", redisUrl, "--namespace", namespace];
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What actions did, in order: run and action. */
const ledger: string[] = [];

const config: WorkerConfig = {
  fallback: {
    name: "anything",
    async run({ action, runId, variables }) {
      ledger.push(`${runId} ${action}`);
      if (action === "deploy" && variables["target"] === "broken") throw new Error("no such place");
      return {
        markers: ["ok"],
        context: `${action} to ${variables["target"]}, ${variables["gate_feedback"]}, v${variables["version"]}`,
        output: { version: "7" },
        usage: { costUsd: 1, turns: 1 },
      };
    },
  },
};

const kid = "workflow kid { call inspect }";
const release = `workflow release {
  inputs { target required }
  call build
  call workflow kid
  gate human_review { prompt = "go on?" timeout = "1h" }
  parallel { call lint call test }
  if inspect.ok { call deploy }
  call announce
}`;

let client: FleetClient;
let worker: FleetWorker;
let project: CliProject;
let workDir: string;
let failed: RunDocument;

const doneBy = (runId: string) =>
  ledger.filter((line) => line.startsWith(runId)).map((line) => line.slice(runId.length + 1));

const untilGateIsOpen = (runId: string) =>
  eventually("a gate is open", async () => (await client.gates({ runId })).gates.at(0));

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), "runfleet-again-"));
  project = await openProject();
  client = createClient({ redis: redisUrl, namespace });
  worker = await createFleetWorker({ redisUrl, namespace, config, workDir, log: silent });
  const run = await client.startDefinition(
    { source: release },
    { alongside: [{ source: kid }], inputs: { target: "broken" }, label: "v7" },
  );
  await untilGateIsOpen(run.id);
  await run.approve(undefined, { feedback: "with care" });
  failed = await run.result({ timeoutMs: 30_000 });
});
afterAll(async () => {
  await worker.stop();
  await client.close();
  await project.remove();
  await rm(workDir, { recursive: true, force: true });
});

test("a fork of a failed run with another input executes what failed and what follows, and nothing else", async () => {
  expect(failed.status).toBe("failed");
  const args = ["fork", failed.id, "--from", "deploy", "--input", "target=test", "--wait", ...place];
  const fork = runDocumentSchema.parse(await project.json(args));
  expect(fork).toMatchObject({
    status: "completed",
    label: "v7",
    inputs: { target: "test" },
    forkOf: { runId: failed.id, address: "b.4.0.0" },
    totals: { costUsd: 2, turns: 2 },
    children: [],
  });
  expect(doneBy(fork.id)).toEqual(["deploy", "announce"]);
  expect(ledger.filter((line) => line.endsWith(" inspect"))).toHaveLength(1);
  const before = failed.steps.filter(({ name }) => name !== "deploy");
  const kept = fork.steps.filter(({ keptFrom }) => keptFrom !== null);
  const ends = ({ name, status, markers, context, output, childRunId }: (typeof kept)[number]) => ({
    ...{ name, status, markers, context, output, childRunId },
  });
  expect(kept.map(ends)).toEqual(before.map(ends));
  expect(new Set(kept.map(({ keptFrom }) => keptFrom))).toEqual(new Set([failed.id]));
  const deploy = fork.steps.find(({ name }) => name === "deploy");
  expect(deploy?.context).toBe("deploy to test, with care, v7");
  const facts: string[] = [];
  for await (const { type } of client.events(fork.id, { until: "history" })) facts.push(type);
  expect(facts.filter((type) => type === "step.kept")).toHaveLength(kept.length);
  const shown = await project.run(["show", fork.id, ...place]);
  expect(shown.stdout).toContain(`fork of ${failed.id} from b.4.0.0`);
  expect(shown.stdout).toMatch(/✓ build .*kept from run/);
});

test("a fork can be forked: what it had kept is kept once more", async () => {
  const fork = await client.fork(failed.id, { from: "b.0", inputs: { target: "test" } });
  await untilGateIsOpen(fork.id);
  expect(doneBy(fork.id)).toEqual(["build"]);
  await fork.reject();
  const rejected = await fork.result({ timeoutMs: 30_000 });
  const later = await client.fork(fork.id, { from: "human_review" });
  await untilGateIsOpen(later.id);
  await later.approve();
  expect((await later.result({ timeoutMs: 30_000 })).status).toBe("completed");
  expect(rejected.error?.code).toBe("gate_rejected");
  expect(doneBy(later.id)).toEqual(["lint", "test", "deploy", "announce"]);
});

test("a rerun does everything again with the same inputs", async () => {
  const { id } = (await project.json(["rerun", failed.id, ...place])) as { readonly id: string };
  await untilGateIsOpen(id);
  await client.approve(id);
  const again = await client.result(id, { timeoutMs: 30_000 });
  expect(again).toMatchObject({ status: "failed", rerunOf: failed.id, inputs: failed.inputs, label: "v7" });
  expect(again.error).toEqual(failed.error);
  expect(doneBy(id)).toEqual(doneBy(failed.id));
});

test("two hundred queued runs are counted, then cancelled with one command", async () => {
  const idle = `again-${randomUUID().slice(0, 8)}`;
  const other = createClient({ redis: redisUrl, namespace: idle });
  await other.publish([{ source: kid }]);
  await Promise.all(Array.from({ length: 200 }, () => other.start("kid")));
  const chosen = [
    "cancel",
    "--workflow",
    "kid",
    "--status",
    "pending",
    "--redis",
    redisUrl,
    "--namespace",
    idle,
  ];
  const dry = await project.run([...chosen, "--dry-run"]);
  expect(dry.stdout).toMatch(/^200 runs would be asked to cancel\n(.*\n){10} {2}… and 190 more\n$/);
  const done = await project.json([...chosen, "--rate", "1000"]);
  expect(done).toMatchObject({ ended: "done", matched: 200, changed: 200, skipped: {}, failed: 0 });
  expect((await other.list({ status: "pending" })).runs).toEqual([]);
  await other.close();
});
