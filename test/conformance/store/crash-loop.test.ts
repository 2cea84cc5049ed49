/** A run whose workers die again and again without progress is ended, and told to its parent. Both stores, the same answers. */
import type { Activation, Commit, StepRecord } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { sampleCommit, sampleFinish, sampleGate, samplePark, sampleStep } from "./samples.js";
import { describeTwins, type Twin } from "./twins.js";

const recoveriesMax = 5;

/** What every owner writes first: it resumed, and asks again for the step that was running. */
function resumed(activation: Activation): Commit {
  const { generation } = activation.fence;
  return sampleCommit(activation.fence, {
    parts: { set: { core: String(generation) }, remove: [] },
    facts: [{ type: "run.resumed", generation }],
    steps: [sampleStep({ status: "running" })],
    inboxSeen: 1,
  });
}

/** The owner dies and another asks for the run. */
async function askAfterDeath({ store, leases, hold }: Twin, { fence }: Activation) {
  const { runId, nonce } = fence;
  await leases.release({ runId, token: nonce, deadlineMonoMs: 0 });
  const leaseToken = await hold(runId);
  return { leaseToken, reply: await store.activate({ runId, leaseToken, owner: "w2", recoveriesMax }) };
}

/** Owners that each commit that they resumed, and die; the last one is alive. */
async function dieRepeatedly(twin: Twin, first: Activation, deaths: number): Promise<Activation> {
  let owner = first;
  for (let death = 1; death <= deaths; death++) {
    await twin.store.commit(resumed(owner));
    owner = await twin.takeOver(owner);
    await twin.store.commit(resumed(owner));
    expect((await twin.store.readRun(owner.fence.runId))?.recoveries).toBe(owner.run.recoveries);
  }
  return owner;
}

describeTwins("a crash loop", (twin) => {
  test("is found although every owner commits that it resumed, and each death is visible", async () => {
    const { create, activate } = twin();
    const last = await dieRepeatedly(twin(), await activate(await create()), recoveriesMax);
    expect(last.run.recoveries).toBe(recoveriesMax);
    const { reply } = await askAfterDeath(twin(), last);
    expect(reply).toEqual({ tag: "crash_loop", recoveries: recoveriesMax + 1 });
  });

  test("ends the run as failed, and its parent hears of it and is woken", async () => {
    const { store, create, activate, takeOver } = twin();
    const parent = await activate(await create());
    await store.park(samplePark(parent.fence));
    const runId = await create({ parentId: parent.fence.runId, parentAddress: "b.2", depth: 1 });
    const last = await dieRepeatedly(twin(), await activate(runId), recoveriesMax);
    await store.commit(sampleCommit(last.fence, { gatesOpened: [sampleGate(runId)] }));
    const { leaseToken } = await askAfterDeath(twin(), last);
    const error = { code: "crash_loop", message: "6 workers in a row died" };
    const failed = await store.failUnowned({ runId, leaseToken, error, retentionMs: 60_000 });
    expect(failed).toEqual({ tag: "finished" });

    const run = await store.readRun(runId);
    expect(run).toMatchObject({ status: "failed", error, summary: error.message, recoveries: recoveriesMax });
    expect(run).not.toHaveProperty("owner");
    expect((await store.openGates({ limit: 10 })).rows).toEqual([]);
    expect(await store.commit(resumed(last))).toEqual({ tag: "fenced" });
    const again = await store.activate({ runId, leaseToken, owner: "w3", recoveriesMax });
    expect(again).toEqual({ tag: "ended", status: "failed" });

    const woken = { type: "wake", targetId: parent.fence.runId, pool: "default" };
    const promised = await store.outboxPending({ olderThanMs: 0, limit: 10 });
    expect(promised).toContainEqual({ id: `wake-parent:${runId}`, runId, ...woken });
    expect((await store.readRun(parent.fence.runId))?.status).toBe("pending");
    const { inbox } = await takeOver(parent);
    const heard = { type: "childFinished", childId: runId, address: "b.2" };
    expect(inbox).toMatchObject([{ event: { ...heard, result: { status: "failed", error } } }]);
  });

  test("leaves its gates to a retry, which opens them again: they are answered, and those of another end stay closed", async () => {
    const { store, create, activate } = twin();
    const runId = await create();
    const last = await dieRepeatedly(twin(), await activate(runId), recoveriesMax);
    const gates = [sampleGate(runId), { ...sampleGate(runId), address: "b.7", name: "other" }];
    await store.commit(sampleCommit(last.fence, { gatesOpened: gates }));
    const { leaseToken } = await askAfterDeath(twin(), last);
    const error = { code: "crash_loop", message: "6 workers in a row died" };
    await store.failUnowned({ runId, leaseToken, error, retentionMs: 60_000 });
    expect((await store.openGates({ runId, limit: 10 })).rows).toEqual([]);

    expect(await store.retryRun({ runId, by: "ann" })).toMatchObject({ tag: "retried" });
    expect((await store.openGates({ runId, limit: 10 })).rows).toEqual(gates);
    expect((await store.openGates({ limit: 10 })).rows).toEqual(gates);
    const answer = { runId, verdict: "approved", by: "ann" } as const;
    expect(await store.answerGate({ ...answer, gate: "other" })).toMatchObject({
      tag: "accepted",
      address: "b.7",
    });
    const owner = await activate(runId);
    expect(owner.inbox).toMatchObject([{ event: { type: "gateAnswered", address: "b.7" } }]);
    await store.finish(sampleFinish(owner.fence, { status: "failed", error }));
    await store.retryRun({ runId, by: "ann" });
    expect((await store.openGates({ runId, limit: 10 })).rows).toEqual([]);
  });

  test("is none when the workers give the run away in order", async () => {
    const { store, create, activate, takeOver } = twin();
    const second = await takeOver(await activate(await create()));
    await store.park(samplePark(second.fence));
    expect((await store.readRun(second.fence.runId))?.recoveries).toBe(0);
    const fourth = await takeOver(await takeOver(second));
    expect(fourth.run.recoveries).toBe(1);
    await store.release(sampleCommit(fourth.fence));
    expect((await store.readRun(fourth.fence.runId))?.recoveries).toBe(0);
  });

  test("is not ended by a park that was refused for unread events", async () => {
    const { store, create, activate, takeOver } = twin();
    const { fence } = await takeOver(await activate(await create()));
    await store.appendEvent({ runId: fence.runId, event: { type: "retryRequested", at: 1, by: "a" } });
    expect(await store.park(samplePark(fence))).toMatchObject({ tag: "wake_now" });
    expect((await store.readRun(fence.runId))?.recoveries).toBe(1);
  });

  test("is not ended by events from outside, however many are consumed", async () => {
    const { store, create, activate, takeOver } = twin();
    const { fence } = await takeOver(await activate(await create()));
    const { runId } = fence;
    await store.appendEvent({ runId, event: { type: "signalReceived", at: 1, name: "go" } });
    await store.commit(sampleCommit(fence, { inboxSeen: 2 }));
    expect(await store.inboxWaiting(runId)).toBe(false);
    expect((await store.readRun(runId))?.recoveries).toBe(1);
  });

  const progress = { total: 3, running: 1, completed: 0, failed: 0, skipped: 0 };
  const foreach: Partial<StepRecord> = { kind: "foreach", status: "running" };
  const cases: readonly [string, Partial<StepRecord>, 0 | 1][] = [
    ["a step that was started", { status: "running" }, 1],
    ["a step that waits", { status: "waiting" }, 1],
    ["a foreach that knows its items", { ...foreach, progress }, 1],
    ["a foreach of which an item ended", { ...foreach, progress: { ...progress, failed: 1 } }, 0],
    ["a step that completed", { status: "completed" }, 0],
    ["a step that failed", { status: "failed" }, 0],
    ["a step that was skipped", { status: "skipped" }, 0],
    ["a step that timed out", { status: "timed_out" }, 0],
    ["a step that was cancelled", { status: "cancelled" }, 0],
  ];
  describe("after a takeover, the number of recoveries with", () => {
    test.each(cases)("%s: %j leaves %d", async (_what, step, left) => {
      const { store, create, activate, takeOver } = twin();
      const { fence } = await takeOver(await activate(await create()));
      const steps = [sampleStep({ address: "b.1", status: "running" }), sampleStep(step)];
      const commit = sampleCommit(fence, { steps });
      await store.commit(commit);
      await store.commit(commit);
      expect((await store.readRun(fence.runId))?.recoveries).toBe(left);
    });
  });

  test("with progress in between is none, however often workers die", async () => {
    const { store, create, activate } = twin();
    let owner = await activate(await create());
    for (let round = 0; round < 3; round++) {
      owner = await dieRepeatedly(twin(), owner, recoveriesMax);
      expect(owner.run.recoveries).toBe(recoveriesMax);
      await store.commit(sampleCommit(owner.fence, { steps: [sampleStep()] }));
    }
  });
});
