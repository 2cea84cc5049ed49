/** The way into a run: numbered, deduplicated, limited. Both stores, the same answers. */
import { limits } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, samplePark } from "./samples.js";
import { describeTwins } from "./twins.js";

const signal = { type: "signalReceived", at: 1, name: "go", data: '{"a":"é"}' } as const;

describeTwins("an event without a time of its own", (twin) => {
  test("gets the store's, whatever its sender's clock says", async () => {
    const { store, create, activate, clock } = twin();
    const runId = await create();
    await store.appendEvent({
      runId,
      event: { type: "signalReceived", name: 'a "quoted" name', data: "{}" },
    });
    await store.appendEvent({ runId, event: { type: "signalReceived", at: 7, name: "b" } });
    const { inbox } = await activate(runId);
    expect(inbox.slice(1).map(({ event }) => event)).toEqual([
      { type: "signalReceived", at: clock.now(), name: 'a "quoted" name', data: "{}" },
      { type: "signalReceived", at: 7, name: "b" },
    ]);
  });
});

describeTwins("append_event", (twin) => {
  test("an event is kept and ends a wait", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create({ pool: "gpu" }));
    const { runId } = fence;
    await store.park(samplePark(fence));
    expect(await store.inboxWaiting(runId)).toBe(false);
    const reply = await store.appendEvent({ runId, event: signal });
    expect(reply).toEqual({ tag: "appended", status: "pending", pool: "gpu" });
    expect(await store.inboxWaiting(runId)).toBe(true);
    expect((await store.listRuns({ status: "pending", limit: 10 })).rows).toHaveLength(1);
    expect((await store.listRuns({ status: "waiting", limit: 10 })).rows).toHaveLength(0);
  });

  test("the status of an owned run stays", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const reply = await store.appendEvent({ runId: fence.runId, event: signal });
    expect(reply).toEqual({ tag: "appended", status: "running", pool: "default" });
  });

  test("the same dedupe id is kept once, also after it was consumed", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const request = { runId: fence.runId, event: signal, dedupeId: "s 1" };
    expect(await store.appendEvent(request)).toMatchObject({ tag: "appended" });
    expect(await store.appendEvent(request)).toEqual({ tag: "duplicate" });
    await store.commit(sampleCommit(fence, { inboxSeen: 2 }));
    expect(await store.appendEvent(request)).toEqual({ tag: "duplicate" });
    expect(await store.appendEvent({ ...request, dedupeId: "s 2" })).toMatchObject({ tag: "appended" });
  });

  test("of many senders of one event exactly one is heard", async () => {
    const { store, create } = twin();
    const runId = await create();
    const sent = Array.from({ length: 20 }, () => store.appendEvent({ runId, event: signal, dedupeId: "x" }));
    const replies = await Promise.all(sent);
    expect(replies.filter((reply) => reply.tag === "appended")).toHaveLength(1);
  });

  test("ended and unknown runs take no events", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.finish(sampleFinish(fence));
    expect(await store.appendEvent({ runId: fence.runId, event: signal })).toEqual({
      tag: "ended",
      status: "completed",
    });
    expect(await store.appendEvent({ runId: "x", event: signal })).toEqual({ tag: "not_found" });
  });

  test("a flooded run refuses more, and gives its events out in pages", async () => {
    const { store, create, activate, flood } = twin();
    const runId = await create();
    await flood(runId, { event: signal, count: limits.inboxEntriesMax - 1 });
    expect(await store.appendEvent({ runId, event: signal })).toEqual({ tag: "full" });
    const { fence, inbox } = await activate(runId);
    expect(inbox).toHaveLength(limits.inboxPageMax);
    const reply = await store.commit(sampleCommit(fence, { inboxSeen: limits.inboxPageMax }));
    expect(reply).toMatchObject({
      inbox: expect.arrayContaining([{ seq: limits.inboxPageMax + 1, event: signal }]),
    });
    expect(await store.appendEvent({ runId, event: signal })).toMatchObject({ tag: "appended" });
  });
});

describeTwins("heartbeat_run", (twin) => {
  test("a heartbeat shows the owner alive and tells of events and cancels", async () => {
    const { store, create, activate, clock } = twin();
    const { fence } = await activate(await create());
    await store.commit(sampleCommit(fence, { inboxSeen: 1 }));
    clock.advance(3_000);
    expect(await store.silentOwners({ silentMs: 3_000, limit: 10 })).toEqual([fence.runId]);
    expect(await store.heartbeat(fence)).toEqual({ tag: "ok", inboxWaiting: false });
    expect(await store.silentOwners({ silentMs: 3_000, limit: 10 })).toEqual([]);
    expect((await store.readRun(fence.runId))?.heartbeatAt).toBe(clock.now());
    await store.requestCancel({ runId: fence.runId, reason: "enough", by: "ann" });
    const cancel = { reason: "enough", by: "ann", at: clock.now() };
    expect(await store.heartbeat(fence)).toEqual({ tag: "ok", inboxWaiting: true, cancel });
  });

  test("a commit shows the owner alive too, but for one soon after the last sign of life", async () => {
    const { store, create, activate, clock } = twin();
    const { fence } = await activate(await create());
    const activatedAt = clock.now();
    const heardAt = async () => (await store.readRun(fence.runId))?.heartbeatAt;
    clock.advance(499);
    await store.commit(sampleCommit(fence, { commitId: "1" }));
    expect(await heardAt()).toBe(activatedAt);
    clock.advance(1);
    await store.commit(sampleCommit(fence, { commitId: "2" }));
    expect(await heardAt()).toBe(clock.now());
    clock.advance(1_000);
    expect(await store.silentOwners({ silentMs: 1_001, limit: 10 })).toEqual([]);
  });

  test("a former owner, an ended run and an unknown one are fenced", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    const second = await takeOver(first);
    expect(await store.heartbeat(first.fence)).toEqual({ tag: "fenced" });
    await store.finish(sampleFinish(second.fence));
    expect(await store.heartbeat(second.fence)).toEqual({ tag: "fenced" });
    expect(await store.heartbeat({ ...second.fence, runId: "x" })).toEqual({ tag: "fenced" });
  });
});
