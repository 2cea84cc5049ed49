// The reference's tests of fan-out items and of taking leases in its two stores (groups AD and AE), with the ids of both.
// There an item is a row; here it is a part of the run's state, and what runs for it is a child run. Both stores.
import { expect, test } from "vitest";
import { sampleCommit, sampleRun, sampleStep } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("fan-out items", (twin) => {
  const owned = async () => {
    const { create, activate } = twin();
    return await activate(await create());
  };
  const itemPart = (status: string, more: object = {}) =>
    JSON.stringify({ id: "x", ref: "", context: {}, status, ...more });
  const progress = { total: 3, running: 0, completed: 0, failed: 0, skipped: 0 };

  test("T-MEM-09 an item is pending, runs as a child, completes: each state is what the next owner finds", async () => {
    const { store, takeOver } = twin();
    let activation = await owned();
    for (const part of [itemPart("pending"), itemPart("running", { childId: "c1" }), itemPart("completed")]) {
      const parts = { set: { "i:b.0/0": part }, remove: [] };
      await store.commit(sampleCommit(activation.fence, { parts }));
      activation = await takeOver(activation);
      expect(activation.parts["i:b.0/0"]).toBe(part);
    }
  });

  test("T-MEM-10 a child that is created twice for one item is one run", async () => {
    const { store } = twin();
    const { fence } = await owned();
    const childRun = sampleRun({ id: "c1", parentId: fence.runId, parentAddress: "b.0", depth: 1 });
    expect(await store.createRun(childRun)).toMatchObject({ tag: "created" });
    expect(await store.createRun(childRun)).toMatchObject({ tag: "exists", id: "c1" });
    expect((await store.listChildren({ runId: fence.runId, limit: 10 })).rows).toEqual(["c1"]);
  });

  test("T-MEM-11 items of equal names in two fan-outs are two", async () => {
    const { store, takeOver } = twin();
    const activation = await owned();
    const set = { "i:b.0/0": itemPart("pending"), "i:b.1/0": itemPart("running") };
    await store.commit(sampleCommit(activation.fence, { parts: { set, remove: [] } }));
    await store.commit(sampleCommit(activation.fence, { parts: { set: { "i:b.0/0": "1" }, remove: [] } }));
    expect((await takeOver(activation)).parts).toEqual({ ...set, "i:b.0/0": "1" });
  });

  test.each(["T-MEM-14", "T-SQL-10"])("%s many items end differently in one commit", async () => {
    const { store, takeOver } = twin();
    const activation = await owned();
    const set = Object.fromEntries(
      ["completed", "failed", "skipped"].map((status, n) => [`i:b.0/${n}`, itemPart(status)]),
    );
    const step = sampleStep({
      kind: "foreach",
      progress: { ...progress, completed: 1, failed: 1, skipped: 1 },
    });
    await store.commit(sampleCommit(activation.fence, { parts: { set, remove: [] }, steps: [step] }));
    expect((await takeOver(activation)).parts).toEqual(set);
    expect((await store.readSteps({ runId: activation.fence.runId, limit: 5 })).rows).toEqual([step]);
  });

  test.each(["T-MEM-15", "T-SQL-11"])("%s a commit without items leaves them as they are", async () => {
    const { store, takeOver } = twin();
    const activation = await owned();
    const set = { "i:b.0/0": itemPart("pending") };
    await store.commit(sampleCommit(activation.fence, { parts: { set, remove: [] } }));
    await store.commit(sampleCommit(activation.fence));
    expect((await takeOver(activation)).parts).toEqual(set);
  });

  test.each(["T-MEM-16", "T-SQL-12"])(
    "%s a running item has its child, and its step says that it runs",
    async () => {
      const { store, takeOver } = twin();
      const activation = await owned();
      const set = { "i:b.0/0": itemPart("running", { childId: "c1" }) };
      const step = sampleStep({ kind: "foreach", status: "running", progress: { ...progress, running: 1 } });
      await store.commit(sampleCommit(activation.fence, { parts: { set, remove: [] }, steps: [step] }));
      expect((await takeOver(activation)).parts).toEqual(set);
      const { rows } = await store.readSteps({ runId: activation.fence.runId, limit: 5 });
      expect(rows).toMatchObject([{ progress: { running: 1, completed: 0 } }]);
      expect(rows[0]).not.toHaveProperty("endedAt");
    },
  );

  test.each(["T-MEM-17", "T-SQL-13"])("%s a child of a run that is not there is refused", async () => {
    const { store } = twin();
    const orphan = sampleRun({ id: "c1", parentId: "gone", parentAddress: "b.0", depth: 1 });
    expect(await store.createRun(orphan)).toEqual({ tag: "parent_gone" });
    expect(await store.readRun("c1")).toBeUndefined();
  });
});

describeTwins("taking a run", (twin) => {
  const take = async (runId: string, owner: string) => {
    const leaseToken = await twin().hold(runId);
    return await twin().store.activate({ runId, leaseToken, owner, recoveriesMax: 5 });
  };

  test("T-MEM-18 a run that does not exist cannot be taken", async () => {
    expect(await take("x", "w1")).toEqual({ tag: "not_found" });
  });

  test("T-MEM-19 taking a run grants a generation", async () => {
    const reply = await take(await twin().create(), "w1");
    expect(reply).toMatchObject({ tag: "activated", activation: { tookOver: false } });
    expect(reply.tag === "activated" && reply.activation.fence.generation).toBeGreaterThan(0);
  });

  test.each(["T-MEM-20", "T-SQL-04"])(
    "%s a new owner gets a larger one, the same token the same",
    async () => {
      const { store, create, activate, takeOver, clock } = twin();
      const first = await activate(await create());
      clock.advance(10);
      const { runId, nonce: leaseToken, generation } = first.fence;
      const again = await store.activate({ runId, leaseToken, owner: "w1", recoveriesMax: 5 });
      expect(again).toMatchObject({ tag: "activated", activation: { fence: first.fence } });
      expect((await takeOver(first)).fence.generation).toBeGreaterThan(generation);
    },
  );

  test.each(["T-MEM-21", "T-SQL-09"])("%s what another holds is busy, and not for the asking", async () => {
    const { leases, create, activate, store } = twin();
    const { fence } = await activate(await create());
    expect(await leases.acquire(fence.runId, 60_000)).toMatchObject({ tag: "busy" });
    expect((await store.readRun(fence.runId))?.generation).toBe(fence.generation);
  });

  test.each(["T-MEM-22", "T-SQL-14"])(
    "%s what has run out goes to the next, with a larger generation",
    async () => {
      const { store, leases, create, clock } = twin();
      const runId = await create();
      const first = await leases.acquire(runId, 60_000);
      if (first.tag !== "held") throw new Error(first.tag);
      const leaseToken = first.lease.token;
      const request = { runId, recoveriesMax: 5 };
      const before = await store.activate({ ...request, leaseToken, owner: "w1" });
      if (before.tag !== "activated") throw new Error(before.tag);
      await leases.renew(first.lease, 30);
      clock.advance(30);
      let token = "";
      const takes = async () => {
        const reply = await leases.acquire(runId, 60_000);
        if (reply.tag === "held") token = reply.lease.token;
        return reply.tag;
      };
      await expect.poll(takes).toBe("held");
      const after = await store.activate({ ...request, leaseToken: token, owner: "w2" });
      if (after.tag !== "activated") throw new Error(after.tag);
      expect(after.activation.tookOver).toBe(true);
      expect(after.activation.fence.generation).toBeGreaterThan(before.activation.fence.generation);
    },
  );
});
