/** A parked parent of many children need not be woken by each. Both stores, the same answers. */
import { type InboxEvent, zeroTotals } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, samplePark } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("patience of a parent", (twin) => {
  async function endChild(
    childId: string,
    {
      parentId,
      status = "completed",
    }: { readonly parentId: string; readonly status?: "completed" | "failed" },
  ) {
    const { store, create, activate } = twin();
    await create({ id: childId, parentId, rootId: parentId, depth: 1 });
    const { fence } = await activate(childId);
    const result = { status, markers: [], context: "", totals: zeroTotals(), results: {}, contexts: [] };
    const event: InboxEvent = { type: "childFinished", at: 5, childId, address: "b.0", result };
    return await store.finish(sampleFinish(fence, { status, parentEvent: { parentId, event } }));
  }

  async function promisedWakes() {
    const pending = await twin().store.outboxPending({ olderThanMs: 0, limit: 100 });
    return pending.filter(({ type }) => type === "wake").map(({ id }) => id);
  }

  async function parkedParent(patience: number | undefined): Promise<string> {
    const { store, create, activate, leases } = twin();
    const { fence } = await activate(await create());
    await store.park(samplePark(fence, patience === undefined ? {} : { patience }));
    await leases.release({ runId: fence.runId, token: fence.nonce, deadlineMonoMs: 0 });
    return fence.runId;
  }

  const now = { tag: "finished", parentWake: "now" };
  const soon = { tag: "finished", parentWake: "soon" };
  /** Somebody else wakes it, or it is awake. */
  const never = { tag: "finished" };

  test("it is woken soon by the first child, and at once by the one whose end makes as many as it waits for", async () => {
    const parentId = await parkedParent(3);
    expect(await endChild("c1", { parentId })).toEqual(soon);
    expect(await endChild("c2", { parentId })).toEqual(never);
    expect(await endChild("c3", { parentId })).toEqual(now);
    expect(await endChild("c4", { parentId })).toEqual(never);
    expect(await promisedWakes()).toEqual(["wake-parent:c1", "wake-parent:c3"]);
  });

  test("a failed child is in a hurry, and so is the first of a parent without patience", async () => {
    const patient = await parkedParent(3);
    expect(await endChild("c1", { parentId: patient, status: "failed" })).toEqual(now);
    expect(await endChild("c2", { parentId: patient, status: "failed" })).toEqual(now);
    const parentId = await parkedParent(undefined);
    expect(await endChild("c3", { parentId })).toEqual(now);
    expect(await endChild("c4", { parentId })).toEqual(never);
    expect(await endChild("c5", { parentId, status: "failed" })).toEqual(now);
  });

  test("one that has been woken and parked again begins anew", async () => {
    const { store, activate } = twin();
    const parentId = await parkedParent(1);
    expect(await endChild("c1", { parentId })).toEqual(now);
    const { fence } = await activate(parentId);
    await store.park(samplePark(fence, { inboxSeen: 2 }));
    expect(await endChild("c2", { parentId })).toEqual(now);
  });

  test("a parent in somebody's hands needs no wake-up: it cannot park beside what it has not read", async () => {
    const { store, activate } = twin();
    const parentId = await parkedParent(undefined);
    const { fence } = await activate(parentId);
    expect(await endChild("c1", { parentId })).toEqual(never);
    expect(await endChild("c2", { parentId, status: "failed" })).toEqual(never);
    expect(await promisedWakes()).toEqual([]);
    expect(await store.park(samplePark(fence))).toMatchObject({ tag: "wake_now" });
  });

  test("a state of many parts is given to the next owner whole", async () => {
    const { store, create, activate, takeOver } = twin();
    const opened = await activate(await create());
    const parts = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`i:b.0/${n}`, `{"n":${n}}`]));
    await store.commit(sampleCommit(opened.fence, { parts: { set: parts, remove: [] } }));
    expect((await takeOver(opened)).parts).toEqual(parts);
  });
});
