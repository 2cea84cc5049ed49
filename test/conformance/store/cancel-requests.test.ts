// The reference's tests of cancel requests as a store keeps them (group AA). Both stores, the same answers.
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("cancel requests", (twin) => {
  const request = { reason: "enough", by: "ann" };

  test("T-CAN-16 the owner hears of a request with its next write", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.requestCancel({ runId: fence.runId, ...request });
    expect(await store.commit(sampleCommit(fence))).toMatchObject({ tag: "ok", cancel: request });
  });

  test("T-CAN-17 a request makes the run cancelling before its owner knows", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    expect(await store.requestCancel({ runId: fence.runId, ...request })).toMatchObject({ tag: "requested" });
    expect(await store.readRun(fence.runId)).toMatchObject({ status: "cancelling", cancel: request });
  });

  test("T-CAN-18 a run that does not exist cannot be cancelled", async () => {
    expect(await twin().store.requestCancel({ runId: "x", ...request })).toEqual({ tag: "not_found" });
  });

  test("T-CAN-19 an owner that writes nothing hears of it with its next sign of life, and at once if it listens", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    let told: (runId: string) => void = () => undefined;
    const message = new Promise<string>((resolve) => {
      told = resolve;
    });
    const unsubscribe = await store.subscribe((runId) => told(runId));
    await store.requestCancel({ runId: fence.runId, ...request });
    expect(await message).toBe(fence.runId);
    expect(await store.heartbeat(fence)).toMatchObject({ tag: "ok", inboxWaiting: true, cancel: request });
    await unsubscribe();
  });

  test("gap AA: an owner that has not heard of the request cannot make the run running again", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.requestCancel({ runId: fence.runId, ...request });
    await store.commit(sampleCommit(fence, { status: "running" }));
    expect((await store.readRun(fence.runId))?.status).toBe("cancelling");
  });

  test("gap AA: a run that completed before it heard of the request has completed, and keeps the request", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.requestCancel({ runId: fence.runId, ...request });
    expect(await store.finish(sampleFinish(fence))).toEqual({ tag: "finished" });
    expect(await store.readRun(fence.runId)).toMatchObject({ status: "completed", cancel: request });
    expect(await store.requestCancel({ runId: fence.runId, ...request })).toMatchObject({ tag: "ended" });
  });
});
