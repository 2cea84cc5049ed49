// The reference's tests of statuses as they are stored and read back (group Z). Both stores, the same answers.
import { runStatuses, stepStatuses } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, samplePark, sampleStep } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("statuses", (twin) => {
  test("T-STAT-08 every run status is read back as it was written, and found in its list", async () => {
    const { store, create, activate } = twin();
    const pending = await create();
    const running = (await activate(await create())).fence;
    const waiting = (await activate(await create())).fence;
    await store.park(samplePark(waiting));
    const cancelling = (await activate(await create())).fence.runId;
    await store.requestCancel({ runId: cancelling, reason: "enough", by: "ann" });
    const byStatus = new Map([
      ["pending", pending],
      ["running", running.runId],
      ["waiting", waiting.runId],
      ["cancelling", cancelling],
    ]);
    for (const status of ["completed", "failed", "cancelled"] as const) {
      const { fence } = await activate(await create());
      if (status === "cancelled") {
        await store.requestCancel({ runId: fence.runId, reason: "enough", by: "ann" });
      }
      await store.finish(sampleFinish(fence, { status }));
      byStatus.set(status, fence.runId);
    }
    expect([...byStatus.keys()].sort()).toEqual([...runStatuses].sort());
    for (const status of runStatuses) {
      const id = byStatus.get(status) ?? "";
      expect((await store.readRun(id))?.status).toBe(status);
      expect((await store.listRuns({ status, limit: 10 })).rows.map((run) => run.id)).toEqual([id]);
    }
  });

  test("T-STAT-09 every step status is read back as it was written", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const steps = stepStatuses.map((status, ordinal) =>
      sampleStep({ address: `b.${ordinal}`, ordinal, status }),
    );
    await store.commit(sampleCommit(fence, { steps }));
    expect((await store.readSteps({ runId: fence.runId, limit: 20 })).rows).toEqual(steps);
  });

  test("T-STAT-10 a run status that does not exist, or cannot follow, is refused and nothing is written", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const before = await store.readRun(fence.runId);
    const facts = [{ type: "run.timed_out" }] as const;
    for (const status of ["timed_out", "done", "completed"] as never[]) {
      await expect(store.commit(sampleCommit(fence, { status, facts }))).rejects.toMatchObject({
        code: "internal",
      });
    }
    expect(await store.readRun(fence.runId)).toEqual(before);
    expect(await store.readHistory({ runId: fence.runId, limit: 10 })).toHaveLength(1);
  });
});
