// The reference's tests of the lease on a run as the stores see it (group AC). There lease and generation lie in one row;
// here redlock has the lease, and activating with its token grants the generation. Both stores, the same answers.
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, samplePark, sampleStep } from "./samples.js";
import { describeTwins, type Twin } from "./twins.js";

const timeline = async ({ store }: Twin, runId: string) =>
  (await store.readHistory({ runId, limit: 50 })).map(({ id: _id, at: _at, ...fact }) => fact);

describeTwins("ownership", (twin) => {
  test("T-LEASE-01 who takes a run is its owner, with a generation above zero", async () => {
    const { store, create, activate } = twin();
    const runId = await create();
    expect(await store.readRun(runId)).toMatchObject({ generation: 0 });
    expect(await store.readRun(runId)).not.toHaveProperty("owner");
    const { fence } = await activate(runId);
    expect(await store.readRun(runId)).toMatchObject({ owner: "w1", generation: fence.generation });
    expect(fence.generation).toBeGreaterThan(0);
  });

  test("T-LEASE-02 of two workers that take one run at the same time exactly one gets it", async () => {
    const { store, leases, create } = twin();
    const runId = await create();
    const take = async (owner: string) => {
      const acquired = await leases.acquire(runId, 60_000);
      if (acquired.tag === "busy") return "busy";
      const leaseToken = acquired.lease.token;
      return (await store.activate({ runId, leaseToken, owner, recoveriesMax: 5 })).tag;
    };
    expect((await Promise.all([take("w1"), take("w2")])).sort()).toEqual(["activated", "busy"]);
  });

  test("T-LEASE-03 without the lease nothing of the run is handed out", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.commit(sampleCommit(fence, { steps: [sampleStep()] }));
    const request = { runId: fence.runId, leaseToken: "another", owner: "w2", recoveriesMax: 5 };
    expect(await store.activate(request)).toEqual({ tag: "lost" });
    expect((await store.readRun(fence.runId))?.owner).toBe("w1");
  });

  test("T-LEASE-06 what an owner writes that was overtaken is refused, and its successor's is not", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    const second = await takeOver(first);
    expect(await store.commit(sampleCommit(first.fence, { steps: [sampleStep()] }))).toEqual({
      tag: "fenced",
    });
    expect((await store.readSteps({ runId: first.fence.runId, limit: 5 })).rows).toEqual([]);
    expect(await store.commit(sampleCommit(second.fence, { steps: [sampleStep()] }))).toMatchObject({
      tag: "ok",
    });
  });

  test("gap AC: every kind of write is fenced, also the last", async () => {
    const { store, create, activate, takeOver } = twin();
    const { fence: stale } = await activate(await create());
    const second = await takeOver({ fence: stale } as never);
    const before = await store.readRun(stale.runId);
    const replies = [
      await store.commit(sampleCommit(stale)),
      await store.park(samplePark(stale)),
      await store.release(sampleCommit(stale)),
      await store.finish(sampleFinish(stale)),
      await store.heartbeat(stale),
    ];
    expect(replies.map(({ tag }) => tag)).toEqual(Array<string>(5).fill("fenced"));
    expect(await store.readRun(stale.runId)).toEqual(before);
    expect(before?.generation).toBe(second.fence.generation);
  });

  test("gap AC: a run that was given away is free at once, within the time of its lease", async () => {
    const { store, leases, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.park(samplePark(fence));
    await leases.release({ runId: fence.runId, token: fence.nonce, deadlineMonoMs: 0 });
    expect((await activate(fence.runId, "w2")).tookOver).toBe(false);
  });

  test("gap AC: the generation follows the server's clock and never goes back with it", async () => {
    const { create, activate, takeOver, clock } = twin();
    const first = await activate(await create());
    clock.advance(-60_000);
    const second = await takeOver(first);
    expect(second.fence.generation).toBe(first.fence.generation + 1);
    clock.advance(120_000);
    expect((await takeOver(second)).fence.generation).toBe(clock.now());
  });

  test("gap W: a takeover tells who lost the lease, before it tells who has it", async () => {
    const { create, activate, takeOver } = twin();
    const first = await activate(await create(), 'w "one"');
    const second = await takeOver(first);
    const { runId } = first.fence;
    expect(await timeline(twin(), runId)).toEqual([
      { type: "lease.acquired", worker: 'w "one"', generation: first.fence.generation, tookOver: false },
      { type: "lease.lost", worker: 'w "one"', generation: first.fence.generation },
      { type: "lease.acquired", worker: "w2", generation: second.fence.generation, tookOver: true },
    ]);
  });

  test("gap W: a lease that was given back was not lost, and a repeated takeover tells nothing twice", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    await store.release(sampleCommit(first.fence));
    const second = await takeOver(first);
    const { runId, nonce: leaseToken } = second.fence;
    await store.activate({ runId, leaseToken, owner: "w2", recoveriesMax: 5 });
    expect((await timeline(twin(), runId)).map(({ type }) => type)).toEqual([
      "lease.acquired",
      "lease.acquired",
    ]);
  });

  test("gap W: a run that no worker may continue tells its last loss before its end", async () => {
    const { store, leases, create, activate, hold } = twin();
    const { fence } = await activate(await create());
    await leases.release({ runId: fence.runId, token: fence.nonce, deadlineMonoMs: 0 });
    const { runId } = fence;
    const error = { code: "crash_loop", message: "no" };
    await store.failUnowned({ runId, leaseToken: await hold(runId), error, retentionMs: 60_000 });
    expect(await timeline(twin(), runId)).toEqual([
      expect.objectContaining({ type: "lease.acquired" }),
      { type: "lease.lost", worker: "w1", generation: fence.generation },
      { type: "run.failed", error },
    ]);
  });
});
