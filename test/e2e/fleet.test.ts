/** Client, worker, store and queue together on a real Redis, in one process: each kind of node on its main path. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import type { HistoryEvent, RunDocument } from "@runfleet/model";
import { createFleetWorker, defineAction, type FleetWorker, type WorkerConfig } from "@runfleet/worker";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { eventually } from "../support/eventually.js";

const namespace = `fleet-${randomUUID().slice(0, 8)}`;
const redisUrl = inject("redisUrl");
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const calls: { name: string; key: string; attempt: number }[] = [];
let releaseHang: (() => void) | undefined;

const config: WorkerConfig = {
  actions: [
    defineAction({
      name: "flaky",
      async run({ attempt, idempotencyKey }) {
        calls.push({ name: "flaky", key: idempotencyKey, attempt });
        if (attempt < 3) throw new Error(`attempt ${attempt} failed`);
        return { markers: ["done"] };
      },
    }),
    defineAction({
      name: "hang",
      async run({ signal }) {
        await new Promise<void>((resolve, reject) => {
          releaseHang = resolve;
          signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
        });
        return {};
      },
    }),
    defineAction({
      name: "boom",
      async run() {
        throw new Error("boom");
      },
    }),
  ],
  fallback: {
    name: "anything",
    async run({ action, variables }) {
      return {
        markers: ["ok", action],
        context: `${action} ${variables["pr"] ?? ""}`.trim(),
        usage: { costUsd: 0.5, turns: 1 },
      };
    },
  },
};

describe("fleet", () => {
  let client: FleetClient;
  let workDir: string;
  const workers: FleetWorker[] = [];

  const startWorker = async (options: { graceMs?: number } = {}): Promise<FleetWorker> => {
    const worker = await createFleetWorker({
      redisUrl,
      namespace,
      config,
      workDir,
      log: silent,
      leaseTtlMs: 3_000,
      ...options,
    });
    workers.push(worker);
    return worker;
  };
  const execute = async (source: string, inputs: Record<string, string> = {}): Promise<RunDocument> => {
    const run = await client.startDefinition({ source }, { inputs });
    return run.result({ timeoutMs: 30_000 });
  };
  const history = async (runId: string): Promise<HistoryEvent[]> => {
    const events: HistoryEvent[] = [];
    for await (const event of client.events(runId, { until: "history" })) events.push(event);
    return events;
  };

  beforeAll(async () => {
    workDir = await mkdtemp(join(tmpdir(), "runfleet-fleet-"));
    client = createClient({ redis: redisUrl, namespace });
    await startWorker();
  });
  afterEach(() => {
    calls.length = 0;
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await client.close();
    await rm(workDir, { recursive: true, force: true });
  });

  it("runs steps in order and adds up what they used", async () => {
    const run = await execute(
      'workflow w { inputs { pr required } call plan call build script test { run = "echo {{pr}}" } }',
      { pr: "7" },
    );
    expect(run).toMatchObject({ status: "completed", totals: { costUsd: 1, turns: 2 }, error: null });
    expect(run.steps.map((step) => [step.name, step.status, step.context])).toEqual([
      ["plan", "completed", "plan 7"],
      ["build", "completed", "build 7"],
      ["test", "completed", "7\n"],
    ]);
  });

  it("takes branches, loops and parallel blocks as their conditions say", async () => {
    const run = await execute(`workflow w {
      call plan
      if plan.ok { call yes }
      unless plan.ok { call no }
      do { call review } while review.again { max_iterations = 3 }
      parallel { call left call right }
      always { call cleanup }
    }`);
    expect(run.status).toBe("completed");
    expect(run.steps.map((step) => step.name)).toEqual(["plan", "yes", "review", "left", "right", "cleanup"]);
  });

  it("retries with the same idempotency key", async () => {
    const run = await execute("workflow w { call flaky { retries = 2 } }");
    expect(run.status).toBe("completed");
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
  });

  it("fails with the step's error and still runs its always block", async () => {
    const run = await execute("workflow w { call boom call never always { call cleanup } }");
    expect(run).toMatchObject({ status: "failed", error: { code: "step_failed" } });
    expect(run.steps.map((step) => step.name)).toEqual(["boom", "cleanup"]);
  });

  it("fans out over children on the fleet and collects what they found", async () => {
    await client.publish([
      { source: 'workflow leaf { inputs { n required } script echo { run = "echo n={{n}}" } }' },
    ]);
    const run = await execute(
      `workflow fan {
        inputs { list required }
        foreach leaves { over = json filter = { from = "list" } workflow = leaf max_parallel = 3 inputs = { n = "{{item.id}}" } }
        call workflow leaf { inputs { n = "last" } }
      }`,
      { list: JSON.stringify(Array.from({ length: 12 }, (_, index) => index)) },
    );
    expect(run.status).toBe("completed");
    expect(run.steps[0]).toMatchObject({ name: "leaves", progress: { total: 12, completed: 12, failed: 0 } });
    expect(run.children).toHaveLength(13);
  });

  it("parks at a gate without a worker slot and takes the first answer", async () => {
    const started = await client.startDefinition({
      source: 'workflow w { gate human_review { prompt = "ok?" } call after }',
    });
    const gate = await eventually(
      "the gate is open",
      async () => (await client.gates({ runId: started.id })).gates[0],
    );
    expect(gate).toMatchObject({ name: "human_review", prompt: "ok?" });
    await eventually("no worker holds the run", async () =>
      (await client.get(started.id)).owner === null ? true : undefined,
    );
    expect((await client.get(started.id)).status).toBe("waiting");
    await started.approve("human_review", { feedback: "ship it" });
    await expect(started.reject("human_review")).rejects.toMatchObject({
      code: expect.stringMatching(/gate_answered|run_ended/),
    });
    expect((await started.result({ timeoutMs: 30_000 })).status).toBe("completed");
  });

  it("cancels a running action at once and runs always", async () => {
    const started = await client.startDefinition({
      source: "workflow w { call hang always { call cleanup } }",
    });
    await eventually("the action runs", async () =>
      (await client.get(started.id)).steps[0]?.status === "running" ? true : undefined,
    );
    await started.cancel({ reason: "changed my mind" });
    const run = await started.result({ timeoutMs: 30_000 });
    expect(run.status).toBe("cancelled");
    expect(run.steps.map((step) => [step.name, step.status])).toEqual([
      ["hang", "cancelled"],
      ["cleanup", "completed"],
    ]);
    const cancelling = (await history(started.id)).find((event) => event.type === "run.cancelling");
    expect(cancelling).toMatchObject({ reason: "changed my mind" });
  });

  it("hands a run over at a step boundary when its worker stops", async () => {
    const [first] = workers.splice(0);
    const started = await client.startDefinition({ source: "workflow w { call hang call after }" });
    await eventually("the action runs", async () =>
      (await client.get(started.id)).steps[0]?.status === "running" ? true : undefined,
    );
    const stopped = first?.stop();
    releaseHang?.();
    await stopped;
    await startWorker();
    const run = await started.result({ timeoutMs: 30_000 });
    expect(run).toMatchObject({ status: "completed", recoveries: 0 });
    expect(run.steps.map((step) => [step.name, step.attempt])).toEqual([
      ["hang", 1],
      ["after", 1],
    ]);
    expect((await history(started.id)).filter((event) => event.type === "step.started")).toHaveLength(2);
  });

  it("executes a run that was started while no worker was up", async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    const started = await client.startDefinition({ source: "workflow w { call plan }" });
    expect((await client.get(started.id)).status).toBe("pending");
    await startWorker();
    expect((await started.result({ timeoutMs: 30_000 })).status).toBe("completed");
  });
});
