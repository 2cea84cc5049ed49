/** Children that a parent starts at once are created as one by one. Both stores, the same answers. */
import type { NewRun, OutboxEntry } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, sampleRun } from "./samples.js";
import { describeTwins } from "./twins.js";

/** More than one script creates, and more rows than a leaf of a workflow's list takes. */
const many = 90;

describeTwins("children started together", (twin) => {
  const idOf = (index: number): string => `c${String(index).padStart(3, "0")}`;

  function child(parentId: string, index: number, members: Partial<NewRun> = {}): NewRun {
    const family = {
      parentId,
      rootId: parentId,
      parentAddress: `b.0/${index}`,
      parentPool: "default",
      depth: 1,
    };
    return sampleRun({
      id: idOf(index),
      ...family,
      createdAt: 1_000 + index,
      confirms: `ask:${index}`,
      ...members,
    });
  }

  /** A parent that has asked for so many. */
  async function askingParent(count: number) {
    const { store, create, activate } = twin();
    const opened = await activate(await create());
    const runId = opened.fence.runId;
    const outbox = Array.from({ length: count }, (_, index): OutboxEntry => {
      return { id: `ask:${index}`, runId, type: "wake", targetId: "p", pool: "default" };
    });
    await store.commit(sampleCommit(opened.fence, { outbox }));
    return opened;
  }

  async function pending(): Promise<readonly string[]> {
    const entries = await twin().store.outboxPending({ olderThanMs: 0, limit: 1_000 });
    return entries.map(({ id }) => id).sort();
  }

  test("each is there, in every list, and due for whoever looks for lost ones, and nobody asks for it any more", async () => {
    const { store, activate } = twin();
    const { fence } = await askingParent(many);
    const { runId } = fence;
    const indexes = Array.from({ length: many }, (_, index) => index);
    const replies = await Promise.all(indexes.map((index) => store.createRun(child(runId, index))));
    const ids = indexes.map(idOf);
    expect(replies).toEqual(ids.map((id) => ({ tag: "created", id })));
    expect(await pending()).toEqual([]);
    expect((await store.listChildren({ runId, limit: 200 })).rows).toEqual(ids);
    const ofWorkflow = await store.listRuns({ workflow: "review", limit: 200 });
    expect(ofWorkflow.rows.map(({ id }) => id).sort()).toEqual([...ids, runId].sort());
    const waiting = await store.listRuns({ status: "pending", limit: 200 });
    expect(waiting.rows.map(({ id }) => id).sort()).toEqual(ids);
    expect((await store.wakeable({ limit: 200 })).toSorted()).toEqual(ids);
    const { run, inbox } = await activate(idOf(7));
    expect(run).toMatchObject({
      parentId: runId,
      rootId: runId,
      parentAddress: "b.0/7",
      inputs: { pr: "7" },
    });
    expect(inbox).toMatchObject([{ seq: 1, event: { type: "started", at: 1_007 } }]);
  });

  test("one has the record it would have alone", async () => {
    const { store } = twin();
    const { fence } = await askingParent(3);
    const pool = { pool: "gpu.2" };
    await store.createRun(child(fence.runId, 0, pool));
    await Promise.all([1, 2].map((index) => store.createRun(child(fence.runId, index, pool))));
    const [alone, together] = await Promise.all([store.readRun(idOf(0)), store.readRun(idOf(1))]);
    const own = { id: idOf(1), parentAddress: "b.0/1", createdAt: 1_001 };
    expect(together).toEqual({ ...alone, ...own });
  });

  test("repeated ones, another one of that id, and one that nobody asked for have their own answers", async () => {
    const { store } = twin();
    const { fence } = await askingParent(4);
    await store.createRun(child(fence.runId, 0));
    await store.createRun(child(fence.runId, 1));
    const replies = await Promise.all([
      store.createRun(child(fence.runId, 0)),
      store.createRun(child(fence.runId, 1, { inputs: { pr: "8" } })),
      store.createRun(child(fence.runId, 2)),
      store.createRun(child(fence.runId, 3, { confirms: "nobody" })),
    ]);
    expect(replies).toEqual([
      { tag: "exists", id: idOf(0), status: "pending" },
      { tag: "conflict", id: idOf(1) },
      { tag: "created", id: idOf(2) },
      { tag: "parent_gone" },
    ]);
  });

  test("a parent that has ended gets none, and its entries go away", async () => {
    const { store } = twin();
    const { fence } = await askingParent(2);
    await store.finish(sampleFinish(fence));
    const replies = await Promise.all([0, 1].map((index) => store.createRun(child(fence.runId, index))));
    expect(replies).toEqual([{ tag: "parent_gone" }, { tag: "parent_gone" }]);
    expect(await pending()).toEqual([]);
    expect((await store.listChildren({ runId: fence.runId, limit: 10 })).rows).toEqual([]);
  });

  test("what is set for their workflow lets in as many as it says", async () => {
    const { store } = twin();
    const { fence } = await askingParent(3);
    await store.setLimit({ workflow: "review", total: 2 });
    const replies = await Promise.all([0, 1, 2].map((index) => store.createRun(child(fence.runId, index))));
    expect(replies.filter((reply) => reply.tag === "created" && reply.isInLine !== true)).toHaveLength(2);
    expect(replies.map(({ tag }) => tag)).toEqual(["created", "created", "created"]);
  });
});
