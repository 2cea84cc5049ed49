/** Every command against a development fleet, as people and scripts use them: shapes, messages, exit codes. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { runDocumentSchema } from "@runfleet/model";
import { connectRedis, partitionTag } from "@runfleet/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliProject, type DevProcess, openProject } from "../support/built-cli.js";
import { eventually } from "../support/eventually.js";
import { isAlive } from "../support/is-alive.js";

const meta = 'meta { description = "d" targets = ["repo"] }';
const reviewed = `workflow reviewed {
  ${meta}
  inputs { whom required }
  script say { run = "echo hello {{whom}}" }
  gate human_review { prompt = "go on?" timeout = "1h" options = { a = "A" b = "B" } }
  call workflow kid { inputs { x = "{{whom}}" } }
}
`;
const kid = `workflow kid {\n  ${meta}\n  inputs { x required }\n  script work { run = "echo {{x}}" }\n}\n`;

let project: CliProject;
let dev: DevProcess;
/** Where a test waits or prepares: asking with a process each time takes longer than what is waited for. */
let client: FleetClient;
beforeAll(async () => {
  project = await openProject();
  await project.write("reviewed.wf", reviewed);
  await project.write("kid.wf", kid);
  await project.write("quick.wf", `workflow quick {\n  ${meta}\n  script work { run = "true" }\n}\n`);
  await project.write("failing.wf", `workflow failing {\n  ${meta}\n  script work { run = "exit 3" }\n}\n`);
  await project.write("bad.wf", `workflow bad {\n  ${meta}\n  scrpt x { run = "true" }\n}\n`);
  dev = await project.dev(["--port", "0", "--workers", "1"]);
  client = createClient({ redis: (await project.state()).redisUrl });
});
afterAll(async () => {
  await client?.close();
  await dev?.end("SIGTERM");
  await project.remove();
});

const idOf = (document: unknown): string => (document as { readonly id: string }).id;

async function startReviewed(): Promise<string> {
  const run = await client.startDefinition(
    { source: reviewed },
    { alongside: [{ source: kid }], inputs: { whom: "you" } },
  );
  await untilGateIsOpen(run.id);
  return run.id;
}

async function untilGateIsOpen(id: string): Promise<void> {
  await eventually("the gate is open", async () => (await client.gates({ runId: id })).gates[0]);
}

test("a file is started with the workflow beside it, waits for a person, is approved once, and completes", async () => {
  const start = ["start", "reviewed.wf", "--input", "whom=you", "--label", "first"];
  const id = idOf(await project.json(start));
  await untilGateIsOpen(id);
  expect(await project.json(["gates", "--run", id])).toMatchObject({
    gates: [{ runId: id, name: "human_review", prompt: "go on?" }],
  });
  expect(await project.json(["list", "--status", "waiting"])).toMatchObject({
    runs: [{ id, label: "first" }],
    cursor: null,
  });
  expect(await project.json(["list", "--label-prefix", "fir"])).toMatchObject({ runs: [{ id }] });
  expect((await project.run(["gates"])).stdout).toContain("go on?");
  expect((await project.run(["explain", id])).stdout).toMatch(
    /waits for a person at gate "human_review"[\s\S]*what to do: `runfleet approve/,
  );

  const wrong = await project.run(["approve", id, "--select", "c"]);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/invalid_input: .* offers a, b; not c[\s\S]*what to do: .*--select/);

  expect((await project.run(["approve", id, "human_review", "--feedback", "ship it"])).code).toBe(0);
  const second = await project.run(["reject", id, "human_review"]);
  expect(second.code).toBe(4);
  expect(second.stderr).toMatch(/error gate_answered: .* was approved by/);

  const watched = await project.run(["watch", id]);
  expect(watched.code, watched.stderr).toBe(0);
  expect(watched.stdout).toContain("run.completed");
  const document = runDocumentSchema.parse(await project.json(["show", id]));
  expect(document).toMatchObject({ status: "completed", inputs: { whom: "you" } });
  expect(document.steps.map(({ name, status }) => [name, status])).toEqual([
    ["say", "completed"],
    ["human_review", "completed"],
    ["kid", "completed"],
  ]);
  expect(document.children).toHaveLength(1);
  expect((await project.run(["show", id])).stdout).toContain("✓ say");

  const events = (await project.json(["events", id])) as readonly { readonly type: string }[];
  expect(events.at(-1)?.type).toBe("run.completed");
  expect((await project.run(["logs", id, "say"])).stdout).toMatch(/^[\d:.]+ #1 {8}hello you\n$/);
  expect((await project.run(["cancel", id])).code).toBe(4);
});

test("the end of a run is waited for, and a failed run is exit code 1", async () => {
  const fine = await project.run(["start", "quick.wf", "--wait", "--json"]);
  expect(fine.code, fine.stderr).toBe(0);
  expect(runDocumentSchema.parse(JSON.parse(fine.stdout)).status).toBe("completed");
  const failed = await project.run(["start", "failing.wf", "--wait"]);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain("✗ work");
  const { id } = await client.start("failing");
  expect((await project.run(["watch", id])).code).toBe(1);
});

test("a failed run is retried: what completed stays, what failed is attempted again", async () => {
  await project.write(
    "mended.wf",
    `workflow mended {\n  ${meta}\n  script before { run = "true" }\n  script work { run = "test -e ${project.folder}/mended" }\n}\n`,
  );
  const failed = await project.run(["start", "mended.wf", "--wait", "--json"]);
  expect(failed.code).toBe(1);
  const id = idOf(JSON.parse(failed.stdout));
  await project.write("mended", "");
  expect(await project.json(["retry", id])).toEqual({ id, requested: "retry" });
  expect((await project.run(["watch", id])).code).toBe(0);
  const { status, error, steps } = runDocumentSchema.parse(await project.json(["show", id]));
  expect({ status, error }).toEqual({ status: "completed", error: null });
  expect(steps.map((step) => [step.name, step.attempt, step.status])).toEqual([
    ["before", 1, "completed"],
    ["work", 1, "failed"],
    ["work", 2, "completed"],
  ]);
  const again = await project.run(["retry", id]);
  expect(again.code).toBe(4);
  expect(again.stderr).toMatch(/error retry_refused: .* it is completed/);
});

test("what is chosen at the start is part of the run, and show tells its story", async () => {
  const started = ["start", "quick.wf", "--wait", "--label", "pr 7", "--model", "large", "--identity", "bot"];
  const limited = ["--step-timeout", "5s", "--timeout", "1m", "--no-fail-fast", "--triggered-by-hook"];
  const more = ["--plugin-dir", "one", "--plugin-dir", "two", "--priority", "3", "--pool", "default"];
  const run = runDocumentSchema.parse(await project.json([...started, ...limited, ...more]));
  expect(run).toMatchObject({
    ...{ status: "completed", label: "pr 7", model: "large", identity: "bot", pluginDirs: ["one", "two"] },
    ...{ stepTimeoutMs: 5_000, timeoutMs: 60_000, failFast: false, triggeredByHook: true, priority: 3 },
    ...{ pool: "default", dryRun: false, depth: 0, rootId: run.id, owner: null, currentSteps: [] },
  });
  const { stdout } = await project.run(["show", run.id]);
  expect(stdout).toMatch(/✓ quick .* completed .* pr 7\n {2}started by a hook\n {2}✓ work {2}script/);
  expect(stdout).toContain("quick: 1/1 steps completed");
});

test("a published workflow is started by name, once per idempotency key", async () => {
  expect(await project.json(["publish", "kid.wf", "quick.wf"])).toMatchObject({
    workflows: [{ name: "kid" }, { name: "quick" }],
  });
  const start = ["start", "kid", "--input", "x=1", "--idempotency-key", "k1"];
  const first = idOf(await project.json(start));
  expect(idOf(await project.json(start))).toBe(first);
  const lines = ['{"inputs":{"x":3}}', '{"idempotencyKey":"k1"}', '{"inputs":{"x":2},"idempotencyKey":"k1"}'];
  await project.write("many.jsonl", lines.join("\n"));
  const many = await project.run(["start", "kid", "--input", "x=1", "--many", "many.jsonl", "--json"]);
  expect(many.code).toBe(4);
  const { runs } = JSON.parse(many.stdout) as { readonly runs: readonly unknown[] };
  expect(runs).toMatchObject([
    { line: 1, isRepeat: false, error: null },
    { line: 2, id: first, isRepeat: true },
    { line: 3, id: null, error: { code: "idempotency_conflict" } },
  ]);
  const other = await project.run(["start", "kid", "--input", "x=2", "--idempotency-key", "k1"]);
  expect(other.code).toBe(4);
});

test("the settings of Redis are examined, and only what loses or blocks work is an error", async () => {
  const examined = await project.run(["doctor", "--json"]);
  const { sound, findings } = JSON.parse(examined.stdout) as {
    readonly sound: boolean;
    readonly findings: readonly { readonly check: string; readonly status: string }[];
  };
  const problems = findings.filter(({ status }) => status === "problem").map(({ check }) => check);
  // The server in JavaScript, which stands in where no other can be had, remembers nothing.
  expect([[], ["persistence"]]).toContainEqual(problems);
  expect({ sound, code: examined.code }).toEqual(
    problems.length === 0 ? { sound: true, code: 0 } : { sound: false, code: 1 },
  );
  expect((await project.run(["doctor"])).stdout).toMatch(/eviction +noeviction/);
});

test("a waiting run is cancelled, a rejected one fails, a signal is taken", async () => {
  const cancelled = await startReviewed();
  expect(await project.json(["signal", cancelled, "hint", "--data", '{"n":1}'])).toEqual({
    id: cancelled,
    signal: "hint",
    received: "new",
    isExpected: false,
    expected: [],
  });
  await project.json(["cancel", cancelled, "--reason", "changed my mind"]);
  expect((await project.run(["watch", cancelled, "--json"])).stdout).toContain('"status": "cancelled"');

  const rejected = await startReviewed();
  await project.json(["reject", rejected, "--feedback", "no"]);
  expect((await project.run(["watch", rejected])).code).toBe(1);
});

test("a run is terminated at once, its script with it, without its always block", async () => {
  const text = `workflow endless {\n  ${meta}\n  script work { run = "echo $$ > ${project.folder}/endless.pid; exec sleep 600" }\n  always { script clean { run = "true" } }\n}\n`;
  await project.write("endless.wf", text);
  const id = idOf(await project.json(["start", "endless.wf"]));
  const pid = async (): Promise<number> =>
    Number(await readFile(join(project.folder, "endless.pid"), "utf8").catch(() => ""));
  await expect.poll(pid, { timeout: 30_000 }).toBeGreaterThan(0);
  const sleeping = await pid();
  expect(await project.json(["terminate", id])).toEqual({ id, requested: "terminate" });
  const run = runDocumentSchema.parse(await project.json(["show", id]));
  expect(run).toMatchObject({ status: "cancelled", error: { code: "run_cancelled" } });
  expect(run.steps.map(({ name }) => name)).toEqual(["work"]);
  await expect.poll(() => isAlive(sleeping), { timeout: 30_000 }).toBe(false);
  expect((await project.run(["terminate", id])).code).toBe(4);
});

describe("what cannot be done is said with a code, a place and a remedy:", () => {
  test.each<[string, readonly string[], number, RegExp]>([
    [
      "an unknown workflow",
      ["start", "nobody"],
      3,
      /workflow_not_found: .*"nobody"[\s\S]*where: redis:\/\/127[\s\S]*what to do: publish/,
    ],
    ["a missing file", ["start", "missing.wf"], 3, /the workflow file missing\.wf does not exist/],
    ["a missing input", ["start", "kid.wf"], 2, /invalid_input: workflow "kid" needs the input "x"/],
    ["a syntax error", ["start", "bad.wf"], 2, /bad\.wf:3:3[\s\S]*\^\^\^\^\^/],
    ["an unknown run", ["show", "NOPE"], 3, /run_not_found/],
    ["an unknown gate", ["approve", "NOPE"], 3, /run_not_found/],
    ["a wrong option", ["list", "--limit", "0"], 2, /--limit must be a whole number/],
    ["a wrong choice", ["list", "--status", "odd"], 2, /Allowed choices/],
    ["an unknown command", ["frobnicate"], 2, /unknown command/],
    ["a Redis that is not there", ["list", "--redis", "redis://127.0.0.1:1"], 5, /redis_unavailable/],
    ["no address at all", ["list", "--redis", "nonsense"], 2, /invalid_usage/],
  ])("%s", async (_what, args, code, message) => {
    const result = await project.run(args);
    expect(result).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(message) });
  });

  test("an input of 300 KiB", async () => {
    await project.write("big.json", JSON.stringify({ x: "y".repeat(300 * 1024) }));
    const result = await project.run(["start", "kid.wf", "--inputs-file", "big.json", "--json"]);
    expect(result).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("too_large") });
  });
});

test.each([["server", "--port", "0"], ["worker"]])(
  "%s refuses data of a newer layout",
  async (...command) => {
    const { redisUrl } = await project.state();
    const namespace = `newer-${command[0]}`;
    const tag = partitionTag(namespace, 0);
    const redis = connectRedis(redisUrl, { role: "client", tag });
    await redis.hset(`${tag}:layout`, { version: "99", oldestWriter: "99", writtenBy: "9.9.0" });
    redis.disconnect();
    const { code, stderr } = await project.run([...command, "--namespace", namespace]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("in version 9.9.0 or newer"),
    });
  },
);

test("fmt lays a file out and graph draws it, without a fleet", async () => {
  await project.write("loose.wf", "workflow loose{\ncall plan // why\n}\n");
  expect((await project.run(["fmt", "loose.wf", "--check"])).code).toBe(2);
  expect(await project.json(["fmt", "loose.wf"])).toMatchObject({ changed: ["loose.wf"] });
  expect((await project.run(["fmt", "loose.wf", "--check"])).code).toBe(0);
  expect((await project.run(["graph", "loose.wf"])).stdout).toMatch(/^flowchart TD\n/);
  const picture = await project.run(["graph", "loose.wf", "--format", "svg"]);
  expect(picture.stdout).toMatch(/<svg [\s\S]*>plan<[\s\S]*<\/svg>\n$/);
});

test("validate shows the place of a mistake, needs no fleet, and exits with 2", async () => {
  const bad = await project.run(["validate", "bad.wf", "kid.wf"], { RUNFLEET_HOME: "nowhere" });
  expect(bad.code).toBe(2);
  expect(bad.stdout).toContain('3 |   scrpt x { run = "true" }');
  expect(bad.stdout).toContain("✓ kid.wf");
  const asJson = await project.run(["validate", "bad.wf", "--json"]);
  expect(JSON.parse(asJson.stdout)).toMatchObject({
    valid: false,
    diagnostics: [{ line: 3, column: 3, file: "bad.wf" }],
  });
  expect((await project.run(["validate", "reviewed.wf", "--strict"])).code).toBe(0);
});
