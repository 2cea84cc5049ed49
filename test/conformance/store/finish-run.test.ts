/** The end of a run: result, parent, what is removed and what stays for a while. Both stores, the same answers. */
import type { InboxEvent, RunStatus } from "@runfleet/model";
import { zeroTotals } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, sampleGate, samplePark, sampleStep } from "./samples.js";
import { describeTwins, type Twin } from "./twins.js";

function childFinished(childId: string): InboxEvent {
  return {
    type: "childFinished",
    at: 5,
    childId,
    address: "b.0",
    result: {
      status: "completed",
      markers: [],
      context: "",
      totals: zeroTotals(),
      results: {},
      contexts: [],
    },
  };
}

describeTwins("finish_run", (twin) => {
  test("an ended run keeps its result and loses what waits", async () => {
    const { store, create, activate, clock } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    await store.commit(sampleCommit(fence, { gatesOpened: [sampleGate(runId)] }));
    const error = { code: "step_failed", message: "no" };
    const steps = [sampleStep()];
    const reply = await store.finish(
      sampleFinish(fence, { status: "failed", error, summary: "it failed", steps }),
    );
    expect(reply).toEqual({ tag: "finished" });
    const run = await store.readRun(runId);
    expect(run).toMatchObject({
      status: "failed",
      error,
      summary: "it failed",
      endedAt: clock.now(),
      blockedOn: [],
    });
    expect(run?.owner).toBeUndefined();
    expect((await store.readSteps({ runId, limit: 10 })).rows).toEqual(steps);
    expect(await store.inboxWaiting(runId)).toBe(false);
    expect((await store.openGates({ limit: 10 })).rows).toEqual([]);
    expect(await store.wakeable({ limit: 10 })).toEqual([]);
    expect(await store.silentOwners({ silentMs: -1, limit: 10 })).toEqual([]);
  });

  test.each<RunStatus>(["completed", "failed", "cancelled"])(
    "a run can end %s and is listed so",
    async (status) => {
      const { store, create, activate } = twin();
      const { fence } = await activate(await create());
      await store.finish(sampleFinish(fence, { status: status as "completed" }));
      expect((await store.listRuns({ status, limit: 10 })).rows.map((run) => run.id)).toEqual([fence.runId]);
      expect((await store.listRuns({ status: "running", limit: 10 })).rows).toEqual([]);
    },
  );

  test("a repeat is a duplicate, another end is fenced", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const finish = sampleFinish(fence);
    await store.finish(finish);
    expect(await store.finish(finish)).toEqual({ tag: "duplicate" });
    expect(await store.finish(sampleFinish(fence, { status: "failed" }))).toEqual({ tag: "fenced" });
    expect((await store.readRun(fence.runId))?.status).toBe("completed");
  });

  test("a former owner ends nothing", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    await takeOver(first);
    expect(await store.finish(sampleFinish(first.fence))).toEqual({ tag: "fenced" });
    expect((await store.readRun(first.fence.runId))?.status).toBe("running");
  });

  test("an end that is none is a defect and changes nothing", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const finish = sampleFinish(fence, { status: "running" as "completed" });
    await expect(store.finish(finish)).rejects.toMatchObject({ code: "internal" });
    expect(await store.readRun(fence.runId)).toMatchObject({ status: "running", owner: "w1" });
  });

  test("an expired run is gone from records and lists", async () => {
    const { store, create, activate, clock } = twin();
    const { fence } = await activate(await create());
    await store.finish(sampleFinish(fence, { retentionMs: 1 }));
    clock.advance(10);
    await expect.poll(async () => await store.readRun(fence.runId)).toBeUndefined();
    expect(await store.listRuns({ limit: 10 })).toEqual({ rows: [] });
    expect(await store.listRuns({ workflow: "review", limit: 10 })).toEqual({ rows: [] });
    expect(await store.listRuns({ status: "completed", limit: 10 })).toEqual({ rows: [] });
  });

  async function startChild({ create, activate }: Twin, parentId: string) {
    return await activate(await create({ parentId, parentAddress: "b.0", parentPool: "default", depth: 1 }));
  }

  test("a parked parent is told, becomes pending and is promised a wake-up", async () => {
    const { store, create, activate } = twin();
    const parent = await activate(await create({ pool: "gpu.2" }));
    const child = await startChild(twin(), parent.fence.runId);
    await store.park(samplePark(parent.fence));
    await store.outboxDone([`enqueue:${parent.fence.runId}`, `enqueue:${child.fence.runId}`]);
    const event = childFinished(child.fence.runId);
    const finish = sampleFinish(child.fence, { parentEvent: { parentId: parent.fence.runId, event } });
    await store.finish(finish);
    await store.finish(finish);
    expect((await store.readRun(parent.fence.runId))?.status).toBe("pending");
    expect(await store.wakeable({ limit: 10 })).toEqual([parent.fence.runId]);
    expect(await store.outboxPending({ olderThanMs: 0, limit: 10 })).toEqual([
      {
        id: `wake-parent:${child.fence.runId}`,
        runId: child.fence.runId,
        type: "wake",
        targetId: parent.fence.runId,
        pool: "gpu.2",
      },
    ]);
    const { inbox } = await twin().takeOver(parent);
    expect(inbox).toEqual([{ seq: 2, event }]);
  });

  test("a parent that is owned hears of its child with its next commit", async () => {
    const { store, create, activate } = twin();
    const parent = await activate(await create());
    const child = await startChild(twin(), parent.fence.runId);
    const event = childFinished(child.fence.runId);
    await store.finish(sampleFinish(child.fence, { parentEvent: { parentId: parent.fence.runId, event } }));
    expect(await store.wakeable({ limit: 10 })).toEqual([]);
    const reply = await store.commit(sampleCommit(parent.fence, { inboxSeen: 1 }));
    expect(reply).toMatchObject({ inbox: [{ seq: 2, event }] });
  });

  test("a parent that has ended, or is gone, is left alone", async () => {
    const { store, create, activate, clock } = twin();
    const parent = await activate(await create());
    const gone = await activate(await create());
    const children = [
      await startChild(twin(), parent.fence.runId),
      await startChild(twin(), gone.fence.runId),
    ];
    await store.finish(sampleFinish(parent.fence));
    await store.finish(sampleFinish(gone.fence, { retentionMs: 1 }));
    clock.advance(10);
    await expect.poll(async () => await store.readRun(gone.fence.runId)).toBeUndefined();
    for (const { fence, run } of children) {
      const parentEvent = { parentId: run.parentId ?? "", event: childFinished(fence.runId) };
      expect(await store.finish(sampleFinish(fence, { parentEvent }))).toEqual({ tag: "finished" });
    }
    expect(await store.inboxWaiting(parent.fence.runId)).toBe(false);
    expect(await store.readRun(gone.fence.runId)).toBeUndefined();
  });
});

describeTwins("fail_unowned", (twin) => {
  const error = { code: "crash_loop", message: "workers died on it" };

  test("the holder of the lease fails a run that nobody may continue", async () => {
    const { store, create, hold } = twin();
    const runId = await create();
    const leaseToken = await hold(runId);
    const request = { runId, leaseToken, error, retentionMs: 60_000 };
    expect(await store.failUnowned(request)).toEqual({ tag: "finished" });
    expect(await store.failUnowned(request)).toEqual({ tag: "duplicate" });
    expect(await store.readRun(runId)).toMatchObject({ status: "failed", error, summary: error.message });
    expect(await store.readHistory({ runId, limit: 10 })).toMatchObject([{ type: "run.failed", error }]);
  });

  test("the owner before is fenced from then on", async () => {
    const { store, leases, create, activate, hold } = twin();
    const { fence } = await activate(await create());
    await leases.release({ runId: fence.runId, token: fence.nonce, deadlineMonoMs: 0 });
    const leaseToken = await hold(fence.runId);
    await store.failUnowned({ runId: fence.runId, leaseToken, error, retentionMs: 60_000 });
    expect(await store.finish(sampleFinish(fence))).toEqual({ tag: "fenced" });
    expect((await store.readRun(fence.runId))?.generation).toBeGreaterThan(fence.generation);
  });

  test("without the lease nothing happens", async () => {
    const { store, create } = twin();
    const runId = await create();
    const request = { runId, leaseToken: "t", error, retentionMs: 60_000 };
    expect(await store.failUnowned(request)).toEqual({ tag: "fenced" });
    expect(await store.failUnowned({ ...request, runId: "gone" })).toEqual({ tag: "fenced" });
    expect((await store.readRun(runId))?.status).toBe("pending");
  });

  test("the parent is told that its child failed", async () => {
    const { store, create, activate, hold, clock } = twin();
    const parent = await activate(await create());
    const child = await create({ parentId: parent.fence.runId, parentAddress: "b.2", depth: 1 });
    const leaseToken = await hold(child);
    await store.failUnowned({ runId: child, leaseToken, error, retentionMs: 60_000 });
    const reply = await store.commit(sampleCommit(parent.fence, { inboxSeen: 1 }));
    const result = { status: "failed", error, markers: [], context: "", results: {}, contexts: [] };
    expect(reply).toMatchObject({
      inbox: [{ event: { type: "childFinished", childId: child, address: "b.2", at: clock.now(), result } }],
    });
  });
});
