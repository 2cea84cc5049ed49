/** A released run belongs to nobody and wants to go on at once. Both stores, the same answers. */
import { expect, test } from "vitest";
import { sampleCommit } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("release_run", (twin) => {
  test("a yielded run is pending, owned by nobody and wakeable at once", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const commit = sampleCommit(fence, { inboxSeen: 1, parts: { set: { core: "1" }, remove: [] } });
    expect(await store.release(commit)).toEqual({ tag: "yielded" });
    const run = await store.readRun(fence.runId);
    expect(run?.status).toBe("pending");
    expect(run?.owner).toBeUndefined();
    expect(await store.wakeable({ limit: 10 })).toEqual([fence.runId]);
  });

  test("a repeat is yielded, anything new is fenced", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const commit = sampleCommit(fence);
    await store.release(commit);
    expect(await store.release(commit)).toEqual({ tag: "yielded" });
    expect(await store.release(sampleCommit(fence))).toEqual({ tag: "fenced" });
  });

  test("a commit that was made already can still be followed by giving the run away", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const commit = sampleCommit(fence, { facts: [{ type: "run.timed_out" }] });
    await store.commit(commit);
    expect(await store.release(commit)).toEqual({ tag: "yielded" });
    expect((await store.readRun(fence.runId))?.status).toBe("pending");
    expect(await store.readHistory({ runId: fence.runId, limit: 10 })).toHaveLength(2);
  });

  test("a former owner gives nothing away", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    await takeOver(first);
    expect(await store.release(sampleCommit(first.fence))).toEqual({ tag: "fenced" });
    expect((await store.readRun(first.fence.runId))?.owner).toBe("w2");
  });

  test("a cancelled run stays cancelling", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.requestCancel({ runId: fence.runId, reason: "enough", by: "ann" });
    await store.release(sampleCommit(fence));
    expect((await store.readRun(fence.runId))?.status).toBe("cancelling");
  });
});
