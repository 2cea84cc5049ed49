/** Everything a run is has a member in its document: what it was started with, who has it, what is under way. */
import { limits, type RunRecord, runDocumentSchema, type StepRecord, zeroTotals } from "@runfleet/model";
import { afterAll, describe, expect, inject, test } from "vitest";
import { openClientFleet } from "../../../test/support/client-fleet.js";
import { runDocument } from "./run-document.js";

const at = Date.parse("2026-01-01T00:00:00Z");
const iso = (afterMs: number): string => new Date(at + afterMs).toISOString();

const record: RunRecord = {
  ...{ id: "R2", workflow: "review", definitionHash: "hash", label: "pr 7", depth: 1, inputs: { pr: "7" } },
  ...{ parentId: "R1", parentAddress: "b.3", parentPool: "default", rootId: "R1" },
  ...{ dryRun: true, failFast: false, stepTimeoutMs: 5_000, timeoutMs: 60_000, triggeredByHook: true },
  ...{ model: "large", identity: "bot", pluginDirs: ["one", "two"], pool: "gpu", priority: 3 },
  ...{ schedule: "nightly", scheduledFor: at + 500 },
  ...{ status: "cancelling", generation: 9, recoveries: 2, blockedOn: [] },
  ...{ owner: "w1", ownerToken: "token", heartbeatAt: at + 4_000 },
  concurrency: { key: "acme", limit: 5 },
  totals: { ...zeroTotals(), costUsd: 1.5, hasLlmMetrics: true },
  cancel: { reason: "enough", by: "ann", at: at + 3_000 },
  rerunOf: "R0",
  forkOf: { runId: "R0", address: "b.2" },
  createdAt: at,
  startedAt: at + 1_000,
};

function step(more: Partial<StepRecord>): StepRecord {
  return {
    ...{
      address: "b.0",
      name: "plan",
      kind: "call",
      status: "running",
      attempt: 1,
      iteration: 0,
      ordinal: 0,
    },
    markers: [],
    startedAt: at + 1_000,
    ...more,
  };
}

describe("the document of a run", () => {
  test("has what the run was started with, who holds it, who stops it", () => {
    const document = runDocument(record, { steps: [], children: [] });
    expect(runDocumentSchema.parse(document)).toEqual(document);
    expect(document).toEqual({
      ...{
        id: "R2",
        workflow: "review",
        definitionHash: "hash",
        label: "pr 7",
        depth: 1,
        inputs: { pr: "7" },
      },
      ...{ parentId: "R1", parentAddress: "b.3", rootId: "R1" },
      ...{ dryRun: true, failFast: false, stepTimeoutMs: 5_000, timeoutMs: 60_000, triggeredByHook: true },
      ...{ model: "large", identity: "bot", pluginDirs: ["one", "two"], pool: "gpu", priority: 3 },
      ...{ schedule: "nightly", scheduledFor: iso(500) },
      ...{ status: "cancelling", generation: 9, recoveries: 2, blockedOn: [] },
      ...{ owner: "w1", ownerToken: "token", heartbeatAt: iso(4_000) },
      ...{ concurrency: { key: "acme", limit: 5 }, rate: null },
      totals: { ...zeroTotals(), costUsd: 1.5, hasLlmMetrics: true },
      cancel: { reason: "enough", by: "ann", at: iso(3_000) },
      ...{ rerunOf: "R0", forkOf: { runId: "R0", address: "b.2" } },
      ...{ createdAt: iso(0), readyAt: null, startedAt: iso(1_000), endedAt: null },
      ...{ error: null, summary: null, children: [], hasMoreChildren: false, currentSteps: [], steps: [] },
    });
  });

  test("says which attempts are under way and on which worker; children and open gates are none of them", () => {
    const steps = [
      step({ address: "b.1", name: "build", kind: "script", ordinal: 1, attempt: 2 }),
      step({ status: "completed" }),
      step({ address: "b.2", name: "sub", kind: "child", ordinal: 2 }),
      step({ address: "b.3", name: "ok", kind: "gate", status: "waiting", ordinal: 3 }),
      step({ address: "b.1", name: "build", kind: "script", ordinal: 1, status: "failed" }),
    ];
    const build = { address: "b.1", name: "build", kind: "script", attempt: 2, startedAt: iso(1_000) };
    expect(runDocument(record, { steps, children: [] }).currentSteps).toEqual([{ ...build, worker: "w1" }]);
    const { owner: _gone, ownerToken: _token, ...left } = record;
    expect(runDocument(left, { steps, children: [] }).currentSteps).toEqual([{ ...build, worker: null }]);
  });

  test("shows the steps that a terminate or a crash loop left open as ended with their run", () => {
    const { owner: _gone, ownerToken: _token, ...left } = record;
    const steps = [
      step({ address: "b.0", status: "completed", endedAt: at + 1_500 }),
      step({ address: "b.1", name: "build", kind: "script", ordinal: 1 }),
      step({ address: "b.2", name: "ok", kind: "gate", status: "waiting", ordinal: 2 }),
    ];
    const ended = { ...left, endedAt: at + 9_000 };
    const terminated = runDocument({ ...ended, status: "cancelled" }, { steps, children: [] });
    expect(terminated.currentSteps).toEqual([]);
    expect(terminated.steps.map(({ status, endedAt }) => [status, endedAt])).toEqual([
      ["completed", iso(1_500)],
      ["cancelled", iso(9_000)],
      ["cancelled", iso(9_000)],
    ]);
    const error = { code: "crash_loop", message: "6 workers in a row died on this run" };
    const givenUp = runDocument({ ...ended, status: "failed", error }, { steps, children: [] });
    expect(givenUp.currentSteps).toEqual([]);
    expect(givenUp.steps[1]).toMatchObject({ status: "failed", endedAt: iso(9_000), error });
  });

  test("has each step's place, latest result, what it said, and what it used", () => {
    const usage = { costUsd: 0.5, turns: 2, durationMs: 10 };
    const done = step({
      ...{ status: "completed", ordinal: 4, markers: ["ready"], context: "fine", output: '{"n":1}' },
      ...{ resultText: "went well", usage, endedAt: at + 2_000 },
    });
    expect(runDocument(record, { steps: [done], children: ["R3"] })).toMatchObject({
      children: ["R3"],
      steps: [
        {
          ...{ ordinal: 4, markers: ["ready"], context: "fine", output: { n: 1 }, resultText: "went well" },
          ...{ usage, endedAt: iso(2_000) },
        },
      ],
    });
  });
});

describe("a run on Redis", () => {
  const under = openClientFleet(inject("redisUrl"));
  afterAll(async () => (await under).close());

  test("keeps every choice of its start, and shows its owner and the owner's token while it has one", async () => {
    const { fleet, store } = await under;
    const choices = {
      ...{ label: "first", dryRun: true, failFast: false, stepTimeoutMs: 5_000, timeoutMs: 60_000 },
      ...{ model: "large", identity: "bot", pluginDirs: ["one"], triggeredByHook: true, priority: 3 },
    };
    const run = await fleet.start("greet", { ...choices, inputs: { whom: "you" } });
    const nobody = { owner: null, ownerToken: null, heartbeatAt: null, generation: 0 };
    expect(await run.get()).toMatchObject({ ...choices, ...nobody, rootId: run.id, depth: 0 });
    const taken = await (await under).take(run.id);
    const { fence } = taken.activation;
    const held = await run.get();
    expect(held).toMatchObject({ owner: "w1", ownerToken: fence.nonce, generation: fence.generation });
    expect(Date.parse(held.heartbeatAt ?? "")).toBeGreaterThan(0);
    await taken.release();
    await (await under).workOn(run.id);
    expect(await run.get()).toMatchObject({ ...choices, owner: null, ownerToken: null, status: "completed" });
    expect((await store.readRun(run.id))?.ownerToken).toBeUndefined();
  });

  test("refuses names and times that cannot be used before anything is written", async () => {
    const { fleet } = await under;
    const inputs = { whom: "you" };
    const tooLong = "x".repeat(limits.nameBytesMax + 1);
    await expect(fleet.start("greet", { inputs, model: tooLong })).rejects.toMatchObject({
      code: "too_large",
    });
    await expect(fleet.start("greet", { inputs, identity: "" })).rejects.toMatchObject({
      code: "invalid_usage",
    });
    await expect(fleet.start("greet", { inputs, stepTimeoutMs: 0 })).rejects.toMatchObject({
      code: "invalid_usage",
    });
  });
});
