/** Parking gives the run away unless events are unread. Both stores, the same answers. */
import { expect, test } from "vitest";
import { sampleCommit, samplePark } from "./samples.js";
import { describeTwins } from "./twins.js";

const gate = {
  type: "gate",
  address: "b.1",
  name: "human_review",
  gateType: "human_review",
  deadline: 90_000,
  since: 1,
} as const;
const signal = { type: "signalReceived", at: 1, name: "go" } as const;

describeTwins("park_run", (twin) => {
  test("a parked run waits, is owned by nobody and tells what for", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    expect(await store.park(samplePark(fence, { blockedOn: [gate] }))).toEqual({ tag: "parked" });
    const run = await store.readRun(fence.runId);
    expect(run).toMatchObject({ status: "waiting", blockedOn: [gate], generation: fence.generation });
    expect(run?.owner).toBeUndefined();
    expect(await store.silentOwners({ silentMs: -1, limit: 10 })).toEqual([]);
  });

  test("unread events refuse the park, and the commit is made all the same", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.appendEvent({ runId: fence.runId, event: signal });
    const park = samplePark(fence, { facts: [{ type: "run.waiting", on: "gate" }] });
    const answer = { tag: "wake_now", inbox: [{ seq: 2, event: signal }] };
    expect(await store.park(park)).toEqual(answer);
    expect(await store.park(park)).toEqual(answer);
    expect(await store.readRun(fence.runId)).toMatchObject({ status: "running", owner: "w1" });
    expect(await store.readHistory({ runId: fence.runId, limit: 10 })).toHaveLength(2);
    expect(await store.park(samplePark(fence, { inboxSeen: 2 }))).toEqual({ tag: "parked" });
  });

  test("a repeated park is parked; anything new after it is fenced", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const park = samplePark(fence);
    await store.park(park);
    expect(await store.park(park)).toEqual({ tag: "parked" });
    expect(await store.park(samplePark(fence))).toEqual({ tag: "fenced" });
    expect(await store.commit(sampleCommit(fence))).toEqual({ tag: "fenced" });
    expect(await store.heartbeat(fence)).toEqual({ tag: "fenced" });
  });

  test("a former owner cannot park", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    await takeOver(first);
    expect(await store.park(samplePark(first.fence))).toEqual({ tag: "fenced" });
  });

  test("a park with a deadline makes the run wakeable then, one without never", async () => {
    const { store, create, activate, clock } = twin();
    const timed = await activate(await create());
    const untimed = await activate(await create());
    await store.park(samplePark(timed.fence, { until: clock.now() + 500 }));
    await store.park(samplePark(untimed.fence));
    expect(await store.wakeable({ limit: 10 })).toEqual([]);
    clock.advance(500);
    expect(await store.wakeable({ limit: 10 })).toEqual([timed.fence.runId]);
  });

  test("a cancelled run parks as cancelling", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.requestCancel({ runId: fence.runId, reason: "enough", by: "ann" });
    expect(await store.park(samplePark(fence))).toMatchObject({ tag: "wake_now" });
    expect(await store.park(samplePark(fence, { inboxSeen: 2 }))).toEqual({ tag: "parked" });
    expect((await store.readRun(fence.runId))?.status).toBe("cancelling");
  });

  test("however park and event interleave, the event is seen by one side", async () => {
    const { store, create, activate } = twin();
    for (let round = 0; round < 30; round++) {
      const { fence } = await activate(await create());
      const [parked, appended] = await Promise.all([
        store.park(samplePark(fence)),
        store.appendEvent({ runId: fence.runId, event: signal }),
      ]);
      expect(appended.tag).toBe("appended");
      const run = await store.readRun(fence.runId);
      const wakeable = await store.wakeable({ limit: 100 });
      if (parked.tag === "parked") expect([run?.status, wakeable]).toEqual(["pending", [fence.runId]]);
      else expect([parked.tag, run?.status, wakeable]).toEqual(["wake_now", "running", []]);
    }
  });
});
