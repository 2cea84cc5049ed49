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

  async function parkedParent(patience: number | undefined): Promise<string> {
    const { store, create, activate, leases } = twin();
    const { fence } = await activate(await create());
    await store.park(samplePark(fence, patience === undefined ? {} : { patience }));
    await leases.release({ runId: fence.runId, token: fence.nonce, deadlineMonoMs: 0 });
    return fence.runId;
  }

  test("it is woken at once by the child whose end makes as many as it waits for", async () => {
    const parentId = await parkedParent(3);
    expect(await endChild("c1", { parentId })).toEqual({ tag: "finished", parentIsPatient: true });
    expect(await endChild("c2", { parentId })).toEqual({ tag: "finished", parentIsPatient: true });
    expect(await endChild("c3", { parentId })).toEqual({ tag: "finished" });
  });

  test("a failed child, a parent in somebody's hands and one without patience are in a hurry", async () => {
    const { store, activate } = twin();
    const parentId = await parkedParent(3);
    expect(await endChild("c1", { parentId, status: "failed" })).toEqual({ tag: "finished" });
    const { fence } = await activate(parentId);
    expect(await endChild("c2", { parentId })).toEqual({ tag: "finished" });
    await store.park(samplePark(fence, { inboxSeen: 3 }));
    expect(await endChild("c3", { parentId })).toEqual({ tag: "finished" });
    expect(await endChild("c4", { parentId: await parkedParent(undefined) })).toEqual({ tag: "finished" });
  });

  test("a state of many parts is given to the next owner whole", async () => {
    const { store, create, activate, takeOver } = twin();
    const opened = await activate(await create());
    const parts = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`i:b.0/${n}`, `{"n":${n}}`]));
    await store.commit(sampleCommit(opened.fence, { parts: { set: parts, remove: [] } }));
    expect((await takeOver(opened)).parts).toEqual(parts);
  });
});
