/** What actions and scripts say is in the log of their run: whose it is, masked, bounded, and never in a step's way. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type FleetClient, type LogLineDocument } from "@runfleet/client";
import { limits } from "@runfleet/model";
import { connectRedis, partitionTag } from "@runfleet/store";
import { createFleetWorker, defineAction, execAgent, type FleetWorker } from "@runfleet/worker";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { readKeys } from "../store/twins.js";

const redisUrl = inject("redisUrl");
const namespace = `runlog-${randomUUID().slice(0, 8)}`;
const secret = "hunter2-hunter2";
let workDir: string;
let fleet: FleetClient;
let worker: FleetWorker;
let go: () => void;
const held = new Promise<void>((resolve) => {
  go = resolve;
});

const actions = [
  defineAction({
    name: "talk",
    run: async ({ log, attempt, printed, variables }) => {
      log.debug("looking");
      log.warn("two\nlines", { attempt, cause: new Error("why").message, token: variables["token"] });
      const lines = printed("stderr");
      lines.push(Buffer.from(`partly ${variables["token"]?.slice(0, 7)}`));
      lines.push(Buffer.from(`${variables["token"]?.slice(7)} done`));
      lines.end();
      if (attempt === 1) throw new Error("once more");
      return {};
    },
  }),
  defineAction({
    name: "hold",
    run: async ({ log }) => {
      log.info("holding");
      await held;
      return {};
    },
  }),
  execAgent({ name: "agent", command: "sh", args: ["-c", "echo thinking >&2; echo answer"], prompt: "go" }),
];

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), "runfleet-run-log-"));
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  worker = await createFleetWorker({ ...{ redisUrl, namespace, workDir, log }, config: { actions } });
  fleet = createClient({ redis: redisUrl, namespace });
});
afterAll(async () => {
  go();
  await fleet.close();
  await worker.stop();
  await rm(workDir, { recursive: true, force: true });
});

async function runToEnd(source: string, inputs: Readonly<Record<string, string>> = {}): Promise<string> {
  const run = await fleet.startDefinition({ source }, { inputs });
  await run.result({ timeoutMs: 60_000 });
  return run.id;
}

async function linesOf(runId: string, step?: string): Promise<LogLineDocument[]> {
  const options = { until: "log", ...(step === undefined ? {} : { step }) } as const;
  const lines: LogLineDocument[] = [];
  for await (const line of fleet.logs(runId, options)) lines.push(line);
  return lines;
}

test("actions, scripts and agents are heard, with attempt, generation and kind, and secrets are masked", async () => {
  const id = await runToEnd(
    `workflow talking {
       inputs { token secret required }
       call talk { retries = 1 }
       script build { run = "echo building; echo with {{token}} >&2; printf open" }
       call agent
     }`,
    { token: secret },
  );
  const lines = await linesOf(id);
  const { generation } = await fleet.get(id);
  const saidBy = (step: string, among?: LogLineDocument["kind"]) =>
    lines
      .filter(({ name, kind }) => name === step && (among === undefined || kind === among))
      .map(({ attempt, kind, text }) => `#${attempt} ${kind}: ${text}`);
  const talk = (attempt: number) => [
    `#${attempt} debug: looking`,
    `#${attempt} warn: two`,
    `#${attempt} warn: lines {"attempt":${attempt},"cause":"why","token":"***"}`,
    `#${attempt} stderr: partly *** done`,
  ];
  expect(saidBy("talk")).toEqual([...talk(1), ...talk(2)]);
  expect(saidBy("build", "stdout")).toEqual(["#1 stdout: building", "#1 stdout: open"]);
  expect(saidBy("build", "stderr")).toEqual(["#1 stderr: with ***"]);
  expect(saidBy("agent").sort()).toEqual(["#1 stderr: thinking", "#1 stdout: answer"]);
  expect(new Set(lines.map((line) => line.generation))).toEqual(new Set([generation]));
  expect(JSON.stringify(lines)).not.toContain(secret);
});

test("a step that is under way is heard before it ends, and a follower hears everything until the run's end", async () => {
  const run = await fleet.startDefinition({ source: "workflow holding { call hold call talk }" });
  const heard: string[] = [];
  const following = (async () => {
    for await (const { name, text } of run.logs()) heard.push(`${name}: ${text}`);
  })();
  await expect.poll(() => heard).toEqual(["hold: holding"]);
  go();
  await following;
  expect(heard.slice(0, 3)).toEqual(["hold: holding", "talk: looking", "talk: two"]);
  expect((await run.get()).status).toBe("failed");
});

test("a script that prints 100 MB leaves the end of it and how much is missing, within the bounds", async () => {
  const line = "x".repeat(99);
  const count = 1_000_000;
  const id = await runToEnd(
    `workflow loud { script quiet { run = "echo kept" } script shout { run = "yes ${line} | head -n ${count}" } }`,
  );
  const [marker, ...kept] = await linesOf(id, "shout");
  const bytes = kept.reduce((sum, { text }) => sum + text.length, 0);
  expect(bytes).toBeLessThanOrEqual(limits.stepLogBytesMax);
  expect(bytes).toBeGreaterThan(limits.logUnwrittenBytesMax / 2);
  expect(kept.at(-1)).toMatchObject({ kind: "stdout", text: line });
  const lost = [marker, ...kept].reduce((sum, entry) => sum + (entry?.leftOut ?? 0), 0);
  expect(lost + kept.filter(({ kind }) => kind !== "left_out").length).toBe(count);
  expect((await linesOf(id, "quiet")).map(({ text }) => text)).toEqual(["kept"]);
});

test("a run that says nothing has no log", async () => {
  const id = await runToEnd('workflow silent { script hush { run = "true" } }');
  expect(await linesOf(id)).toEqual([]);
  const redis = connectRedis(redisUrl, { role: "client", tag: partitionTag(namespace, 0) });
  const keys = await readKeys(redis, partitionTag(namespace, 0));
  redis.disconnect();
  expect(keys.filter((key) => key.includes(id) && key.includes(":log"))).toEqual([]);
});
