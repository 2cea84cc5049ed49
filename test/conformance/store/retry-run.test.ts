/** A failed run is opened again with all it had. Both stores, the same answers. */
import type { Fence } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, sampleGate, sampleStep } from "./samples.js";
import { describeTwins, type Twin } from "./twins.js";

const error = { code: "step_failed", message: "no" };
const retentionMs = 60_000;

/** A run that failed after one step and a cancel request that came too late. */
async function failedRun({ store, leases, create, activate }: Twin): Promise<string> {
  const { fence } = await activate(await create({ pool: "gpu" }));
  const { runId } = fence;
  await store.commit(sampleCommit(fence, { steps: [sampleStep()], gatesOpened: [sampleGate(runId)] }));
  await store.requestCancel({ runId, reason: "late", by: "bob" });
  await store.finish({ ...sampleFinish(fence), status: "failed", error, summary: "no", retentionMs });
  await leases.release({ runId, token: fence.nonce, deadlineMonoMs: 0 });
  return runId;
}

/** The run's owner is dead, and no worker may continue it. */
async function giveUp({ store, leases, hold }: Twin, { runId, nonce }: Fence): Promise<void> {
  await leases.release({ runId, token: nonce, deadlineMonoMs: 0 });
  const leaseToken = await hold(runId);
  const crashLoop = { code: "crash_loop", message: "died" };
  await store.failUnowned({ runId, leaseToken, error: crashLoop, retentionMs });
  await leases.release({ runId, token: leaseToken, deadlineMonoMs: 0 });
}

describeTwins("retry_run", (twin) => {
  test("a failed run is pending again, without its end and its cancel request, and wants a worker", async () => {
    const { store, clock, activate } = twin();
    const runId = await failedRun(twin());
    expect(await store.retryRun({ runId, by: "ann" })).toEqual({
      tag: "retried",
      status: "pending",
      pool: "gpu",
    });
    const run = await store.readRun(runId);
    expect(run).toMatchObject({ status: "pending", recoveries: 0 });
    for (const gone of ["error", "summary", "endedAt", "cancel"]) expect(run).not.toHaveProperty(gone);
    expect((await store.listRuns({ status: "failed", limit: 10 })).rows).toEqual([]);
    expect((await store.listRuns({ status: "pending", limit: 10 })).rows).toHaveLength(1);
    expect(await store.wakeable({ limit: 10 })).toEqual([runId]);
    const { inbox } = await activate(runId);
    expect(inbox.map(({ event }) => event)).toEqual([{ type: "retryRequested", at: clock.now(), by: "ann" }]);
  });

  test("nothing of it expires any more", async () => {
    const { store, clock, create, activate } = twin();
    const runId = await failedRun(twin());
    await store.retryRun({ runId, by: "ann" });
    clock.advance(2 * retentionMs);
    await store.finish(sampleFinish((await activate(await create())).fence));
    expect((await store.readSteps({ runId, limit: 10 })).rows).toHaveLength(1);
    expect((await store.listRuns({ limit: 10 })).rows.map(({ id }) => id)).toContain(runId);
  });

  test("a second request finds it going on, and adds nothing", async () => {
    const { store, activate } = twin();
    const runId = await failedRun(twin());
    await store.retryRun({ runId, by: "ann" });
    expect(await store.retryRun({ runId, by: "bob" })).toEqual({ tag: "not_failed", status: "pending" });
    expect((await activate(runId)).inbox).toHaveLength(1);
  });

  test("the owner from before the end stays refused", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.finish({ ...sampleFinish(fence), status: "failed", error });
    await store.retryRun({ runId: fence.runId, by: "ann" });
    expect(await store.commit(sampleCommit(fence, { commitId: "late" }))).toEqual({ tag: "fenced" });
  });

  test("a run that no worker could continue goes on with its state, and the engine is told nothing", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    await store.commit(sampleCommit(fence, { inboxSeen: 1, parts: { set: { core: "1" }, remove: [] } }));
    await giveUp(twin(), fence);
    expect(await store.retryRun({ runId, by: "ann" })).toMatchObject({ tag: "retried" });
    expect(await store.wakeable({ limit: 10 })).toEqual([runId]);
    const reopened = await activate(runId);
    expect(reopened).toMatchObject({ inbox: [], parts: { core: "1" }, tookOver: false });
    const facts = (await store.readHistory({ runId, limit: 100 })).map(({ type }) => type);
    expect(facts.slice(-2)).toEqual(["run.retried", "lease.acquired"]);
  });

  test("a run that no worker could continue hears after its retry what came meanwhile: unread events, its children", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    const child = await activate(await create({ parentId: runId, parentAddress: "b.2", depth: 1 }));
    await store.appendEvent({ runId, event: { type: "signalReceived", at: 1, name: "go" } });
    await giveUp(twin(), fence);
    const event = { type: "retryRequested", at: 2, by: "stands for the end" } as const;
    await store.finish(sampleFinish(child.fence, { parentEvent: { parentId: runId, event } }));
    await create({ parentId: runId, parentAddress: "b.3", depth: 1 });
    expect(await store.wakeable({ limit: 10 })).not.toContain(runId);
    await store.retryRun({ runId, by: "ann" });
    const { inbox } = await activate(runId);
    expect(inbox.map((entry) => entry.event.type)).toEqual(["started", "signalReceived", "retryRequested"]);
  });

  test("other and unknown runs are left alone", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    expect(await store.retryRun({ runId, by: "ann" })).toEqual({ tag: "not_failed", status: "running" });
    await store.finish(sampleFinish(fence));
    expect(await store.retryRun({ runId, by: "ann" })).toEqual({ tag: "not_failed", status: "completed" });
    expect(await store.retryRun({ runId: "x", by: "ann" })).toEqual({ tag: "not_found" });
  });
});
