/** A run is ended at once, whatever its owner does. Both stores, the same answers. */
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, sampleGate, samplePark } from "./samples.js";
import { describeTwins } from "./twins.js";

const error = { code: "run_cancelled", message: "terminated by ann" };

describeTwins("terminate_run", (twin) => {
  test("the run is cancelled, and its owner is refused from now on", async () => {
    const { store, create, activate, clock } = twin();
    const { fence } = await activate(await create({ pool: "gpu" }));
    const { runId } = fence;
    await store.commit(sampleCommit(fence, { gatesOpened: [sampleGate(runId)] }));
    expect(await store.terminateRun({ runId, by: "ann" })).toEqual({ tag: "terminated", pool: "gpu" });
    const run = await store.readRun(runId);
    const cancel = { reason: error.message, by: "ann", at: clock.now() };
    expect(run).toMatchObject({ status: "cancelled", error, cancel, summary: error.message });
    expect(run?.generation).toBeGreaterThan(fence.generation);
    expect(run).not.toHaveProperty("owner");
    for (const late of [
      store.commit(sampleCommit(fence, { commitId: "late" })),
      store.finish(sampleFinish(fence)),
    ])
      expect(await late).toEqual({ tag: "fenced" });
    expect((await store.openGates({ limit: 10 })).rows).toEqual([]);
    expect(await store.silentOwners({ silentMs: -1, limit: 10 })).toEqual([]);
    expect(await store.wakeable({ limit: 10 })).toEqual([]);
    expect((await store.readHistory({ runId, limit: 100 })).at(-1)).toMatchObject({
      type: "run.cancelled",
      reason: error.message,
    });
  });

  test("of an end and a termination that race, one is first and the other hears of it", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    const [finished, terminated] = await Promise.all([
      store.finish(sampleFinish(fence)),
      store.terminateRun({ runId, by: "ann" }),
    ]);
    const status = (await store.readRun(runId))?.status;
    if (finished.tag === "finished") expect(terminated).toEqual({ tag: "ended", status: "completed" });
    else expect(terminated.tag).toBe("terminated");
    expect(status).toBe(finished.tag === "finished" ? "completed" : "cancelled");
  });

  test("its parent hears of it and is woken, and its children are to be cancelled", async () => {
    const { store, leases, create, activate } = twin();
    const parent = await activate(await create());
    await store.park(samplePark(parent.fence));
    await leases.release({ runId: parent.fence.runId, token: parent.fence.nonce, deadlineMonoMs: 0 });
    const runId = await create({ parentId: parent.fence.runId, parentAddress: "b.2", depth: 1 });
    await store.terminateRun({ runId, by: "ann" });
    const pending = await store.outboxPending({ olderThanMs: 0, limit: 10 });
    expect(pending).toContainEqual(expect.objectContaining({ type: "wake", targetId: parent.fence.runId }));
    expect(pending).toContainEqual(
      expect.objectContaining({ type: "cancelChildren", runId, reason: error.message }),
    );
    const { inbox } = await activate(parent.fence.runId);
    expect(inbox.at(-1)?.event).toMatchObject({
      type: "childFinished",
      childId: runId,
      result: { status: "cancelled", error },
    });
  });

  test("everybody who listens for cancels is told, so that the owner tries its next write at once", async () => {
    const { store, create } = twin();
    const runId = await create();
    const heard = new Promise<string>(
      (resolve) => void store.subscribe(resolve).then(() => store.terminateRun({ runId, by: "ann" })),
    );
    expect(await heard).toBe(runId);
  });

  test("ended and unknown runs are left alone", async () => {
    const { store, create } = twin();
    const runId = await create();
    await store.terminateRun({ runId, by: "ann" });
    expect(await store.terminateRun({ runId, by: "bob" })).toEqual({ tag: "ended", status: "cancelled" });
    expect(await store.terminateRun({ runId: "x", by: "ann" })).toEqual({ tag: "not_found" });
    expect(await store.retryRun({ runId, by: "ann" })).toEqual({ tag: "not_failed", status: "cancelled" });
  });
});
