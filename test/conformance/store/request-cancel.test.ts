/** A cancel request is durable, told at once, and never undone by a worker. Both stores, the same answers. */
import { expect, test } from "vitest";
import { sampleFinish, samplePark } from "./samples.js";
import { describeTwins } from "./twins.js";

const request = { reason: 'no "longer" needed', by: "ann" };

describeTwins("request_cancel", (twin) => {
  test("a pending run becomes cancelling, gets the event and wants a worker", async () => {
    const { store, create, activate, clock } = twin();
    const runId = await create({ pool: "gpu" });
    await store.wakeable({ limit: 10 });
    const reply = await store.requestCancel({ runId, ...request });
    expect(reply).toEqual({ tag: "requested", status: "cancelling", pool: "gpu" });
    expect(await store.wakeable({ limit: 10 })).toEqual([runId]);
    expect((await store.listRuns({ status: "cancelling", limit: 10 })).rows).toHaveLength(1);
    const { inbox } = await activate(runId);
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
    const { store, create, activate, clock } = twin();
    const runId = await create();
    await store.requestCancel({ runId, ...request });
    const cancel = { ...request, at: clock.now() };
    clock.advance(10);
    expect(await store.requestCancel({ runId, reason: "other", by: "bob" })).toEqual({
      tag: "already",
      cancel,
    });
    expect((await activate(runId)).inbox).toHaveLength(2);
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
    const { store, create } = twin();
    const heard: string[][] = [[], []];
    const stops: (() => Promise<void>)[] = [];
    for (const list of heard) stops.push(await store.subscribe((runId) => list.push(runId)));
    const first = await create();
    await store.requestCancel({ runId: first, ...request });
    await expect.poll(() => heard).toEqual([[first], [first]]);
    await stops[0]?.();
    await store.requestCancel({ runId: first, ...request });
    await expect.poll(() => heard).toEqual([[first], [first, first]]);
    await stops[1]?.();
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
