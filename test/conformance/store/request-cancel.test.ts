/** A cancel request is durable, told at once, and never undone by a worker. Both stores, the same answers. */
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, samplePark } from "./samples.js";
import { describeTwins } from "./twins.js";

const request = { reason: 'no "longer" needed', by: "ann" };

describeTwins("request_cancel", (twin) => {
  test("a run that was given back becomes cancelling, gets the event and wants a worker", async () => {
    const { store, create, activate, takeOver, clock } = twin();
    const first = await activate(await create({ pool: "gpu" }));
    const { runId } = first.fence;
    await store.release(sampleCommit(first.fence));
    await store.wakeable({ limit: 10 });
    const reply = await store.requestCancel({ runId, ...request });
    expect(reply).toEqual({ tag: "requested", status: "cancelling", pool: "gpu" });
    expect(await store.wakeable({ limit: 10 })).toEqual([runId]);
    expect((await store.listRuns({ status: "cancelling", limit: 10 })).rows).toHaveLength(1);
    const { inbox } = await takeOver(first);
    expect(inbox[1]).toEqual({ seq: 2, event: { type: "cancelRequested", at: clock.now(), ...request } });
  });

  test("a parked run becomes cancelling too", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.park(samplePark(fence));
    expect(await store.requestCancel({ runId: fence.runId, ...request })).toMatchObject({ tag: "requested" });
    expect((await store.readRun(fence.runId))?.status).toBe("cancelling");
    expect(await store.inboxWaiting(fence.runId)).toBe(true);
  });

  test("a repeat tells of the first request and adds no event", async () => {
    const { store, create, activate, takeOver, clock } = twin();
    const first = await activate(await create());
    const { runId } = first.fence;
    await store.requestCancel({ runId, ...request });
    const cancel = { ...request, at: clock.now() };
    clock.advance(10);
    expect(await store.requestCancel({ runId, reason: "other", by: "bob" })).toEqual({
      tag: "already",
      cancel,
    });
    expect((await takeOver(first)).inbox).toHaveLength(2);
  });

  test("ended and unknown runs cannot be cancelled", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.finish(sampleFinish(fence));
    expect(await store.requestCancel({ runId: fence.runId, ...request })).toEqual({
      tag: "ended",
      status: "completed",
    });
    expect(await store.requestCancel({ runId: "x", ...request })).toEqual({ tag: "not_found" });
  });

  test("everybody who listens is told, until they stop listening", async () => {
    const { store, create, activate } = twin();
    const heard: string[][] = [[], []];
    const stops: (() => Promise<void>)[] = [];
    for (const list of heard) stops.push(await store.subscribe((runId) => list.push(runId)));
    const first = (await activate(await create())).fence.runId;
    await store.requestCancel({ runId: first, ...request });
    await expect.poll(() => heard).toEqual([[first], [first]]);
    await stops[0]?.();
    await store.requestCancel({ runId: first, ...request });
    await expect.poll(() => heard).toEqual([[first], [first, first]]);
    await stops[1]?.();
  });

  test("a run that no worker has ever taken ends at once: nothing of it is left to be done", async () => {
    const { store, create, hold, clock } = twin();
    const runId = await create({ pool: "gpu" });
    expect(await store.requestCancel({ runId, ...request })).toEqual({ tag: "cancelled", pool: "gpu" });
    const cancel = { ...request, at: clock.now() };
    expect(await store.readRun(runId)).toMatchObject({
      ...{ status: "cancelled", cancel, endedAt: clock.now(), summary: request.reason },
      error: { code: "run_cancelled", message: request.reason },
    });
    expect((await store.listRuns({ status: "cancelled", limit: 10 })).rows).toHaveLength(1);
    expect(await store.readHistory({ runId, limit: 10 })).toMatchObject([
      { type: "run.cancelling", ...request },
      { type: "run.cancelled", reason: request.reason },
    ]);
    expect(await store.wakeable({ limit: 10 })).toEqual([]);
    expect(await store.inboxWaiting(runId)).toBe(false);
    const leaseToken = await hold(runId);
    expect(await store.activate({ runId, leaseToken, owner: "w1", recoveriesMax: 5 })).toEqual({
      ...{ tag: "ended", status: "cancelled" },
    });
    expect(await store.requestCancel({ runId, ...request })).toEqual({ tag: "ended", status: "cancelled" });
  });

  test("it is filed and removed in the end like every run", async () => {
    const { store, create } = twin();
    const runId = await create({ workflow: "review" });
    await store.requestCancel({ runId, ...request });
    await store.fileEnded({ limit: 10 });
    const nothing = { countMax: 0, bytesMax: 0, limit: 10, sinks: [], sinkWaitMs: 0 };
    await store.trimKept({ workflow: "review", ...nothing });
    expect(await store.readRun(runId)).toBeUndefined();
    expect((await store.listRuns({ limit: 10 })).rows).toEqual([]);
  });

  test("a child that no worker has ever taken tells its parent, which is to be woken", async () => {
    const { store, create, activate, takeOver, clock } = twin();
    const parent = await activate(await create({ pool: "gpu" }));
    const { runId: parentId } = parent.fence;
    await store.park(samplePark(parent.fence));
    const runId = await create({ parentId, parentAddress: "b.2", parentPool: "gpu", depth: 1 });
    expect(await store.requestCancel({ runId, ...request })).toEqual({
      ...{ tag: "cancelled", pool: "default", parent: { id: parentId, pool: "gpu" } },
    });
    const pending = await store.outboxPending({ olderThanMs: 0, limit: 10 });
    expect(pending).toContainEqual(expect.objectContaining({ type: "wake", targetId: parentId }));
    expect((await takeOver(parent)).inbox.at(-1)?.event).toMatchObject({
      ...{ type: "childFinished", at: clock.now(), childId: runId, address: "b.2" },
      result: { status: "cancelled", error: { code: "run_cancelled", message: request.reason } },
    });
  });

  test("cancel and the first activation race: the run ends untouched, or its owner hears of it", async () => {
    const { store, create, hold } = twin();
    for (let round = 0; round < 20; round++) {
      const runId = await create();
      const leaseToken = await hold(runId);
      const [cancelled, activated] = await Promise.all([
        store.requestCancel({ runId, ...request }),
        store.activate({ runId, leaseToken, owner: "w1", recoveriesMax: 5 }),
      ]);
      const outcome = [cancelled.tag, activated.tag].join(" ");
      expect(["cancelled ended", "requested activated"]).toContain(outcome);
      expect(await store.inboxWaiting(runId)).toBe(activated.tag === "activated");
    }
  });

  test("cancel and finish race: either the run was cancelled in time or it has ended", async () => {
    const { store, create, activate } = twin();
    for (let round = 0; round < 20; round++) {
      const { fence } = await activate(await create());
      const [cancelled, finished] = await Promise.all([
        store.requestCancel({ runId: fence.runId, ...request }),
        store.finish(sampleFinish(fence)),
      ]);
      expect(finished.tag).toBe("finished");
      expect(["requested", "ended"]).toContain(cancelled.tag);
      expect(await store.readRun(fence.runId)).toMatchObject({ status: "completed" });
      expect(await store.inboxWaiting(fence.runId)).toBe(false);
      expect(await store.wakeable({ limit: 10 })).toEqual([]);
    }
  });
});
