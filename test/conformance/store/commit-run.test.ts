/** A decision becomes durable as a whole, once, and brings back what arrived meanwhile. Both stores, the same answers. */
import { zeroTotals } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleGate, samplePark, sampleStep } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("commit_run", (twin) => {
  test("one commit makes state, steps, history, totals and outbox durable", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    const totals = { ...zeroTotals(), turns: 3 };
    const wake = { id: "o1", runId, type: "wake", targetId: "p", pool: "default" } as const;
    const reply = await store.commit(
      sampleCommit(fence, {
        inboxSeen: 1,
        parts: { set: { core: '{"a":1}' }, remove: ["never there"] },
        steps: [sampleStep({ context: "é😀" })],
        facts: [{ type: "run.started", workflow: "review" }],
        outbox: [wake],
        outboxDone: [`enqueue:${runId}`],
        totals,
      }),
    );
    expect(reply).toEqual({ tag: "ok", inbox: [] });
    expect(await store.readRun(runId)).toMatchObject({ status: "running", totals });
    expect((await store.readSteps({ runId, limit: 10 })).rows).toEqual([sampleStep({ context: "é😀" })]);
    expect(await store.outboxPending({ olderThanMs: 0, limit: 10 })).toEqual([wake]);
    expect(await store.readHistory({ runId, limit: 10 })).toMatchObject([
      { type: "lease.acquired" },
      { type: "run.started", workflow: "review" },
    ]);
  });

  test("a repeated commit is a duplicate and changes nothing", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const first = sampleCommit(fence, {
      facts: [{ type: "run.timed_out" }],
      parts: { set: { core: "1" }, remove: [] },
    });
    const second = sampleCommit(fence, { parts: { set: { core: "2" }, remove: [] } });
    await store.commit(first);
    await store.commit(second);
    expect(await store.commit(first)).toMatchObject({ tag: "duplicate" });
    expect(await store.commit(second)).toMatchObject({ tag: "duplicate" });
    expect(await store.readHistory({ runId: fence.runId, limit: 10 })).toHaveLength(2);
    const { runId, nonce: leaseToken } = fence;
    const again = await store.activate({ runId, leaseToken, owner: "w1", recoveriesMax: 5 });
    expect(again).toMatchObject({ activation: { parts: { core: "2" } } });
  });

  test("a former owner is fenced, also for what it had committed before", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    const commit = sampleCommit(first.fence);
    await store.commit(commit);
    await takeOver(first);
    expect(await store.commit(commit)).toEqual({ tag: "fenced" });
    expect(await store.commit(sampleCommit(first.fence))).toEqual({ tag: "fenced" });
  });

  test("a commit that builds on one that is not here is fenced, a repeat of it is not", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const set = (core: string) => ({ parts: { set: { core }, remove: [] } });
    const first = sampleCommit(fence, { commitId: "1", ...set("1") });
    const second = sampleCommit(fence, { commitId: "2", after: "1", ...set("2") });
    expect(await store.commit(second)).toEqual({ tag: "fenced" });
    await store.commit(first);
    expect(await store.commit(second)).toMatchObject({ tag: "ok" });
    expect(await store.commit(second)).toMatchObject({ tag: "duplicate" });
    expect(await store.commit(sampleCommit(fence, { commitId: "4", after: "3", ...set("4") }))).toEqual({
      tag: "fenced",
    });
    const { runId, nonce: leaseToken } = fence;
    const again = await store.activate({ runId, leaseToken, owner: "w1", recoveriesMax: 5 });
    expect(again).toMatchObject({ activation: { parts: { core: "2" } } });
  });

  test("unread events come back until a commit consumes them", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    const signal = (name: string) => ({ type: "signalReceived", at: 1, name }) as const;
    await store.appendEvent({ runId, event: signal("a") });
    await store.appendEvent({ runId, event: signal("b") });
    const reply = await store.commit(sampleCommit(fence, { inboxSeen: 1 }));
    expect(reply).toEqual({
      tag: "ok",
      inbox: [
        { seq: 2, event: signal("a") },
        { seq: 3, event: signal("b") },
      ],
    });
    expect(await store.commit(sampleCommit(fence, { inboxSeen: 2 }))).toMatchObject({ inbox: [{ seq: 3 }] });
    expect(await store.commit(sampleCommit(fence, { inboxSeen: 1 }))).toMatchObject({ inbox: [{ seq: 3 }] });
    expect(await store.commit(sampleCommit(fence, { inboxSeen: 99 }))).toMatchObject({ inbox: [] });
    await store.appendEvent({ runId, event: signal("c") });
    expect(await store.commit(sampleCommit(fence))).toMatchObject({ inbox: [{ seq: 4 }] });
  });

  test("a cancel request comes back with every commit and is not undone by one", async () => {
    const { store, create, activate, clock } = twin();
    const { fence } = await activate(await create());
    await store.requestCancel({ runId: fence.runId, reason: "enough", by: "ann" });
    const cancel = { reason: "enough", by: "ann", at: clock.now() };
    expect(await store.commit(sampleCommit(fence, { status: "running" }))).toMatchObject({
      tag: "ok",
      cancel,
    });
    expect((await store.readRun(fence.runId))?.status).toBe("cancelling");
  });

  test("a commit cannot end a run, and an illegal one changes nothing", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const commit = sampleCommit(fence, { status: "completed", facts: [{ type: "run.completed" }] });
    await expect(store.commit(commit)).rejects.toMatchObject({ code: "internal" });
    expect((await store.readRun(fence.runId))?.status).toBe("running");
    expect(await store.readHistory({ runId: fence.runId, limit: 10 })).toHaveLength(1);
  });

  test("large decisions arrive whole", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    const names = Array.from({ length: 3_000 }, (_, index) => `i:b.0/${index}`);
    const set = Object.fromEntries(names.map((name) => [name, JSON.stringify({ id: name })]));
    const steps = names.slice(0, 600).map((_, ordinal) => sampleStep({ address: `b.${ordinal}`, ordinal }));
    await store.commit(sampleCommit(first.fence, { parts: { set, remove: [] }, steps }));
    const second = await takeOver(first);
    expect(second.parts).toEqual(set);
    await store.commit(sampleCommit(second.fence, { parts: { set: {}, remove: names.slice(1) } }));
    expect((await takeOver(second)).parts).toEqual({ [names[0] ?? ""]: set[names[0] ?? ""] });
    const page = await store.readSteps({ runId: first.fence.runId, limit: 500 });
    expect(page.rows.map((step) => step.ordinal)).toEqual(Array.from({ length: 500 }, (_, index) => index));
    const { cursor = "" } = page;
    const rest = await store.readSteps({ runId: first.fence.runId, limit: 500, cursor });
    expect(rest.rows).toHaveLength(100);
    expect(rest.cursor).toBeUndefined();
  });

  test("steps are replaced in place and listed by ordinal and attempt", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const steps = [
      sampleStep({ address: "b.1", ordinal: 1 }),
      sampleStep({ attempt: 10 }),
      sampleStep({ attempt: 2, status: "running" }),
    ];
    await store.commit(sampleCommit(fence, { steps }));
    await store.commit(sampleCommit(fence, { steps: [sampleStep({ attempt: 2, status: "failed" })] }));
    const { rows } = await store.readSteps({ runId: fence.runId, limit: 10 });
    expect(rows.map(({ address, attempt, status }) => [address, attempt, status])).toEqual([
      ["b.0", 2, "failed"],
      ["b.0", 10, "completed"],
      ["b.1", 1, "completed"],
    ]);
  });

  test("gates open and close with commits and are listed by age", async () => {
    const { store, create, activate } = twin();
    const one = await activate(await create());
    const other = await activate(await create());
    const [a, b] = [one.fence.runId, other.fence.runId];
    const gates = [
      sampleGate(a, { since: 3_000 }),
      sampleGate(b, { since: 10 }),
      sampleGate(a, { address: "b.9" }),
    ];
    const [late, early, middle] = gates as [(typeof gates)[0], (typeof gates)[0], (typeof gates)[0]];
    await store.commit(sampleCommit(one.fence, { gatesOpened: [late, middle] }));
    await store.commit(sampleCommit(other.fence, { gatesOpened: [early] }));
    expect((await store.openGates({ limit: 10 })).rows).toEqual([early, middle, late]);
    expect(await store.openGates({ runId: a, limit: 10 })).toEqual({ rows: [middle, late] });
    const first = await store.openGates({ limit: 2 });
    expect(first.rows).toEqual([early, middle]);
    expect((await store.openGates({ limit: 2, cursor: first.cursor ?? "" })).rows).toEqual([late]);
    await store.commit(sampleCommit(one.fence, { gatesClosed: ["b.9", "not open"] }));
    await store.park(samplePark(other.fence));
    expect((await store.openGates({ limit: 10 })).rows).toEqual([early, late]);
  });
});
