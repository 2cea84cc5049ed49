/** A run is given to one worker at a time, under a generation that only grows. Both stores, the same answers. */
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, samplePark } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("activate_run", (twin) => {
  test("the holder of the lease gets record, state and unread events", async () => {
    const { store, create, hold, clock } = twin();
    const runId = await create();
    const leaseToken = await hold(runId);
    clock.advance(5);
    const reply = await store.activate({ runId, leaseToken, owner: "w1", recoveriesMax: 5 });
    expect(reply).toMatchObject({
      tag: "activated",
      activation: {
        fence: { runId, generation: clock.now(), nonce: leaseToken },
        run: { id: runId, status: "running", owner: "w1", startedAt: clock.now(), heartbeatAt: clock.now() },
        parts: {},
        inbox: [{ seq: 1, event: { type: "started", at: clock.now() - 5 } }],
        tookOver: false,
      },
    });
    expect(await store.readHistory({ runId, limit: 10 })).toMatchObject([
      { type: "lease.acquired", worker: "w1", generation: clock.now(), tookOver: false, at: clock.now() },
    ]);
  });

  test("tells since when the run had wanted to be looked at, and nothing after a takeover or a sweeper's word", async () => {
    const { store, create, activate, takeOver, clock } = twin();
    const createdAt = clock.now();
    const runId = await create();
    clock.advance(70);
    const first = await activate(runId);
    expect(first.wantedSince).toBe(createdAt);
    const second = await takeOver(first);
    expect(second.wantedSince).toBeUndefined();
    await store.park(samplePark(second.fence, { until: clock.now() + 1_000, inboxSeen: 1 }));
    clock.advance(1_250);
    const third = await takeOver(second);
    expect(third.wantedSince).toBe(clock.now() - 250);
    await store.release(sampleCommit(third.fence));
    clock.advance(5);
    expect(await store.wakeable({ limit: 10 })).toEqual([runId]);
    expect((await takeOver(third)).wantedSince).toBeUndefined();
  });

  test("a run that does not exist is not found", async () => {
    const reply = await twin().store.activate({ runId: "x", leaseToken: "t", owner: "w", recoveriesMax: 5 });
    expect(reply).toEqual({ tag: "not_found" });
  });

  test("without the lease, or with another token, it is lost", async () => {
    const { store, create, hold } = twin();
    const runId = await create();
    const request = { runId, leaseToken: "t", owner: "w", recoveriesMax: 5 };
    expect(await store.activate(request)).toEqual({ tag: "lost" });
    await hold(runId);
    expect(await store.activate(request)).toEqual({ tag: "lost" });
    expect(await store.readRun(runId)).toMatchObject({ status: "pending", generation: 0 });
  });

  test("an ended run tells its status", async () => {
    const { store, create, activate, leases } = twin();
    const runId = await create();
    const { fence } = await activate(runId);
    await store.finish(sampleFinish(fence, { status: "failed" }));
    await leases.release({ runId, token: fence.nonce, deadlineMonoMs: 0 });
    const request = { runId, leaseToken: "t", owner: "w", recoveriesMax: 5 };
    expect(await store.activate(request)).toEqual({ tag: "ended", status: "failed" });
  });

  test("a repeat with the same token answers the same and counts nothing", async () => {
    const { store, create, activate, clock } = twin();
    const first = await activate(await create());
    clock.advance(1_000);
    const { runId, nonce: leaseToken } = first.fence;
    const again = await store.activate({ runId, leaseToken, owner: "w1", recoveriesMax: 0 });
    expect(again).toMatchObject({ tag: "activated", activation: { fence: first.fence, tookOver: false } });
    expect(await store.readHistory({ runId, limit: 10 })).toHaveLength(1);
  });

  test("the generation grows even when the clock goes back, and never stays below it", async () => {
    const { create, activate, takeOver, clock } = twin();
    const first = await activate(await create());
    expect(first.fence.generation).toBe(clock.now());
    clock.advance(-5_000);
    const second = await takeOver(first);
    expect(second.fence.generation).toBe(first.fence.generation + 1);
    clock.advance(60_000);
    expect((await takeOver(second)).fence.generation).toBe(clock.now());
  });

  test("taking over from a silent owner counts as a recovery, from one that let go it does not", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    const second = await takeOver(first);
    expect(second.tookOver).toBe(true);
    expect(second.run.recoveries).toBe(1);
    await store.release(sampleCommit(second.fence));
    const third = await takeOver(second);
    expect(third.tookOver).toBe(false);
    expect(third.run.recoveries).toBe(0);
  });

  test("a takeover tells who lost the run, whatever its name, and who has it now", async () => {
    const { store, create, activate, takeOver } = twin();
    const owner = 'w "1"\\\n';
    const first = await activate(await create(), owner);
    const second = await takeOver(first);
    const facts = await store.readHistory({ runId: first.fence.runId, limit: 10 });
    expect(facts.slice(1)).toMatchObject([
      { type: "lease.lost", worker: owner, generation: first.fence.generation },
      { type: "lease.acquired", generation: second.fence.generation, tookOver: true },
    ]);
  });

  test("too many recoveries without progress are a crash loop, told again and again", async () => {
    const { store, leases, create, activate, takeOver, hold } = twin();
    let activation = await activate(await create());
    for (let recovery = 1; recovery <= 2; recovery++) activation = await takeOver(activation);
    const { runId, nonce } = activation.fence;
    await leases.release({ runId, token: nonce, deadlineMonoMs: 0 });
    const leaseToken = await hold(runId);
    const request = { runId, leaseToken, owner: "w3", recoveriesMax: 2 };
    expect(await store.activate(request)).toEqual({ tag: "crash_loop", recoveries: 3 });
    expect(await store.activate(request)).toEqual({ tag: "crash_loop", recoveries: 3 });
  });

  test("a run with more recoveries than are admitted is a suspect: nothing is written, and it can be taken later", async () => {
    const { store, create, activate, takeOver, hold, leases } = twin();
    const last = await takeOver(await takeOver(await activate(await create())));
    const { runId, nonce } = last.fence;
    await leases.release({ runId, token: nonce, deadlineMonoMs: 0 });
    const before = await store.readRun(runId);
    const request = { runId, leaseToken: await hold(runId), owner: "w4", recoveriesMax: 5 };
    const refused = await store.activate({ ...request, recoveriesAdmitted: 2 });
    expect(refused).toEqual({ tag: "suspect", recoveries: 3 });
    expect(await store.readRun(runId)).toEqual(before);
    const taken = await store.activate({ ...request, recoveriesAdmitted: 3 });
    expect(taken).toMatchObject({ tag: "activated", activation: { run: { recoveries: 3, owner: "w4" } } });
  });

  test("state and position survive from one owner to the next", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    await store.commit(
      sampleCommit(first.fence, { inboxSeen: 1, parts: { set: { core: "{}", "f:b": "1" }, remove: [] } }),
    );
    await store.commit(
      sampleCommit(first.fence, { inboxSeen: 1, parts: { set: { core: "2" }, remove: ["f:b"] } }),
    );
    await store.appendEvent({ runId: first.fence.runId, event: { type: "retryRequested", at: 1, by: "a" } });
    const second = await takeOver(first);
    expect(second.parts).toEqual({ core: "2" });
    expect(second.inbox).toEqual([{ seq: 2, event: { type: "retryRequested", at: 1, by: "a" } }]);
  });

  test("activating ends the wait of a parked run", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    const sleep = { type: "sleep", address: "b.0", name: "nap", until: 99_000 } as const;
    await store.park(samplePark(first.fence, { blockedOn: [sleep], until: 99_000 }));
    expect(await store.readRun(first.fence.runId)).toMatchObject({ status: "waiting", blockedOn: [sleep] });
    const second = await takeOver(first);
    expect(second.run).toMatchObject({ status: "running", blockedOn: [] });
  });

  test("a run with a cancel request stays cancelling", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    await store.requestCancel({ runId: first.fence.runId, reason: "enough", by: "ann" });
    const { run } = await takeOver(first);
    expect(run).toMatchObject({ status: "cancelling", cancel: { reason: "enough", by: "ann" } });
  });

  test("a takeover that races with a commit sees it, or the commit was refused", async () => {
    const { store, leases, create, activate } = twin();
    for (let round = 0; round < 30; round++) {
      const first = await activate(await create());
      const { runId, nonce } = first.fence;
      await leases.release({ runId, token: nonce, deadlineMonoMs: 0 });
      const commit = sampleCommit(first.fence, { parts: { set: { core: "late" }, remove: [] } });
      const [committed, second] = await Promise.all([store.commit(commit), activate(runId, "w2")]);
      expect(second.parts).toEqual(committed.tag === "ok" ? { core: "late" } : {});
      expect(await store.commit(sampleCommit(first.fence))).toEqual({ tag: "fenced" });
    }
  });
});
