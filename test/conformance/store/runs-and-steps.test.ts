// The reference's tests of its two stores (groups AD and AE): runs, steps, fan-out items, leases. What each of the two
// tests there is a statement about both stores here, with the ids of both.
import { zeroTotals } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { sampleCommit, sampleFinish, samplePark, sampleRun, sampleStep } from "./samples.js";
import { describeTwins, readKeys, useRedisTwin } from "./twins.js";

describeTwins("runs", (twin) => {
  test("T-MEM-01 a created run is pending and is read back as it was given", async () => {
    const { store } = twin();
    const run = sampleRun({ label: "seven" });
    expect(await store.createRun(run)).toMatchObject({ tag: "created", id: run.id });
    expect(await store.readRun(run.id)).toEqual({
      ...run,
      ...{ status: "pending", generation: 0, recoveries: 0, blockedOn: [], totals: zeroTotals() },
    });
  });

  test("T-MEM-02 a run that does not exist is not there", async () => {
    expect(await twin().store.readRun("x")).toBeUndefined();
  });

  test("T-MEM-03 a running run is listed under its status and no other", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const idsOf = async (status: "running" | "pending") =>
      (await store.listRuns({ status, limit: 10 })).rows.map(({ id }) => id);
    expect(await idsOf("running")).toEqual([fence.runId]);
    expect(await idsOf("pending")).toEqual([]);
  });

  test("T-MEM-04 waiting without saying for what is refused: only parking makes a run wait", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const blockedOn = [{ type: "sleep", address: "b.0", name: "nap", until: 99_000 }] as const;
    await store.park(samplePark(fence, { blockedOn }));
    expect(await store.readRun(fence.runId)).toMatchObject({ status: "waiting", blockedOn });
    expect(await store.commit(sampleCommit(fence, { status: "waiting" }))).toEqual({ tag: "fenced" });
  });

  test("T-MEM-12 a run is cancelled from the request on", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    expect(await store.readRun(runId)).not.toHaveProperty("cancel");
    await store.requestCancel({ runId, reason: "enough", by: "ann" });
    expect(await store.readRun(runId)).toMatchObject({ status: "cancelling", cancel: { by: "ann" } });
    await store.finish(sampleFinish(fence, { status: "cancelled", inboxSeen: 2 }));
    expect(await store.readRun(runId)).toMatchObject({ status: "cancelled", cancel: { by: "ann" } });
  });

  test("T-MEM-13 asking after events and cancels of a run that does not exist finds none", async () => {
    const { store } = twin();
    expect(await store.inboxWaiting("x")).toBe(false);
    expect(await store.heartbeat({ runId: "x", generation: 1, nonce: "n" })).toEqual({ tag: "fenced" });
  });

  test("gap AE: nothing is written for a run that does not exist, whoever asks", async () => {
    const { store } = twin();
    const fence = { runId: "x", generation: 1, nonce: "n" };
    expect(await store.commit(sampleCommit(fence))).toEqual({ tag: "fenced" });
    expect(await store.appendEvent({ runId: "x", event: { type: "started", at: 1 } })).toEqual({
      tag: "not_found",
    });
    expect(await store.answerGate({ runId: "x", verdict: "approved", by: "ann" })).toEqual({
      tag: "not_found",
    });
    expect(await store.terminateRun({ runId: "x", by: "ann" })).toEqual({ tag: "not_found" });
    expect(await store.retryRun({ runId: "x", by: "ann" })).toEqual({ tag: "not_found" });
    expect((await store.readSteps({ runId: "x", limit: 5 })).rows).toEqual([]);
    expect((await store.listRuns({ limit: 5 })).rows).toEqual([]);
  });

  test("gap AE: an ended run has an end time and is not written any more", async () => {
    const { store, create, activate, clock } = twin();
    const { fence } = await activate(await create());
    clock.advance(5);
    await store.finish(sampleFinish(fence));
    const ended = await store.readRun(fence.runId);
    expect(ended).toMatchObject({ status: "completed", endedAt: clock.now() });
    clock.advance(5);
    expect(await store.commit(sampleCommit(fence))).toEqual({ tag: "fenced" });
    expect(await store.finish(sampleFinish(fence, { status: "failed" }))).toEqual({ tag: "fenced" });
    expect(await store.readRun(fence.runId)).toEqual(ended);
  });

  test("gap AE: without a status all runs are listed, newest first", async () => {
    const { store, create, clock } = twin();
    const first = await create();
    clock.advance(1);
    const second = await create();
    expect((await store.listRuns({ limit: 10 })).rows.map(({ id }) => id)).toEqual([second, first]);
  });
});

describeTwins("steps", (twin) => {
  const owned = async () => {
    const { create, activate } = twin();
    return (await activate(await create())).fence;
  };
  const stepsOf = async (runId: string) => (await twin().store.readSteps({ runId, limit: 20 })).rows;

  test("T-MEM-05 a pending step has not begun", async () => {
    const fence = await owned();
    await twin().store.commit(sampleCommit(fence, { steps: [sampleStep({ status: "pending" })] }));
    const [step] = await stepsOf(fence.runId);
    expect(step?.status).toBe("pending");
    expect(step).not.toHaveProperty("startedAt");
  });

  test("T-MEM-06 a running step has begun", async () => {
    const fence = await owned();
    await twin().store.commit(
      sampleCommit(fence, { steps: [sampleStep({ status: "running", startedAt: 5 })] }),
    );
    expect(await stepsOf(fence.runId)).toMatchObject([{ status: "running", startedAt: 5 }]);
  });

  test("T-MEM-07 a step that completes keeps its place, with its texts and its end", async () => {
    const { store } = twin();
    const fence = await owned();
    const step = sampleStep({ status: "running", startedAt: 5 });
    await store.commit(sampleCommit(fence, { steps: [step] }));
    const done = sampleStep({ startedAt: 5, endedAt: 9, context: "c", resultText: "r", markers: ["m"] });
    await store.commit(sampleCommit(fence, { steps: [done] }));
    expect(await stepsOf(fence.runId)).toEqual([done]);
  });

  test("T-SQL-03 a run, its step and the step's end come back as they were written", async () => {
    const { store } = twin();
    const fence = await owned();
    const usage = { costUsd: 0.5, turns: 2 };
    const error = { code: "boom", message: 'no "way"\n' };
    const step = sampleStep({
      status: "failed",
      attempt: 2,
      output: '{"k":1}',
      error,
      usage,
      startedAt: 1,
      endedAt: 2,
    });
    await store.commit(sampleCommit(fence, { steps: [step], totals: { ...zeroTotals(), costUsd: 0.5 } }));
    expect(await stepsOf(fence.runId)).toEqual([step]);
    expect((await store.readRun(fence.runId))?.totals.costUsd).toBe(0.5);
  });

  test.each([
    ["T-MEM-08", "completed"],
    ["T-SQL-05", "running"],
    ["T-SQL-06", "completed"],
    ["T-SQL-08", "pending"],
  ] as const)("%s a step written as %s by an owner that was overtaken is refused", async (_id, status) => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    const second = await takeOver(first);
    const steps = [sampleStep({ status })];
    expect(await store.commit(sampleCommit(first.fence, { steps }))).toEqual({ tag: "fenced" });
    expect(await stepsOf(first.fence.runId)).toEqual([]);
    expect(await store.commit(sampleCommit(second.fence, { steps }))).toMatchObject({ tag: "ok" });
    expect(await stepsOf(first.fence.runId)).toEqual(steps);
  });

  test("T-SQL-07 a repeated commit changes nothing, whatever it carries", async () => {
    const { store } = twin();
    const fence = await owned();
    const commit = sampleCommit(fence, { steps: [sampleStep({ endedAt: 5 })] });
    await store.commit(commit);
    const again = { ...commit, steps: [sampleStep({ status: "failed", endedAt: 9 })] };
    expect(await store.commit(again)).toMatchObject({ tag: "duplicate" });
    expect(await stepsOf(fence.runId)).toEqual(commit.steps);
  });

  test("T-SQL-15 steps of many kinds of ends are written by one commit, or none of them", async () => {
    const { store, takeOver, create, activate } = twin();
    const first = await activate(await create());
    const running = [0, 1, 2].map((n) => sampleStep({ address: `b.${n}`, ordinal: n, status: "running" }));
    const done = sampleStep({ address: "b.3", ordinal: 3, endedAt: 4 });
    await store.commit(sampleCommit(first.fence, { steps: [...running, done] }));
    const ends = (["failed", "timed_out", "failed"] as const).map((status, n) =>
      sampleStep({ address: `b.${n}`, ordinal: n, status, endedAt: 7 }),
    );
    const second = await takeOver(first);
    expect(await store.commit(sampleCommit(first.fence, { steps: ends }))).toEqual({ tag: "fenced" });
    expect(await stepsOf(first.fence.runId)).toEqual([...running, done]);
    await store.commit(sampleCommit(second.fence, { steps: ends }));
    expect(await stepsOf(first.fence.runId)).toEqual([...ends, done]);
  });

  test.each(["call", "script", "child", "gate", "sleep", "foreach"] as const)(
    "gap AE: a step of kind %s is stored as such",
    async (kind) => {
      const fence = await owned();
      const step = sampleStep({ kind });
      await twin().store.commit(sampleCommit(fence, { steps: [step] }));
      expect(await stepsOf(fence.runId)).toEqual([step]);
    },
  );
});

describe("names in Redis", () => {
  const twin = useRedisTwin();

  test("T-SQL-01 everything of a partition lies under its tag, everything of a run under its name", async () => {
    const { redis, tag, create, activate, store } = twin();
    const { fence } = await activate(await create());
    const wake = { id: "o1", runId: fence.runId, type: "wake", targetId: "p", pool: "default" } as const;
    const facts = [{ type: "run.timed_out" }] as const;
    await store.commit(sampleCommit(fence, { steps: [sampleStep()], facts, outbox: [wake] }));
    const keys = await readKeys(redis, tag);
    for (const part of ["", ":inbox", ":steps", ":events"]) {
      expect(keys).toContain(`${tag}:run:${fence.runId}${part}`);
    }
    for (const list of ["runs:running", "runs:wf:review", "leases", "outbox", "events"]) {
      expect(keys).toContain(`${tag}:${list}`);
    }
  });

  test("T-SQL-02 nothing has to be set up, and creating a run twice makes one", async () => {
    const { redis, tag, store } = twin();
    const run = sampleRun();
    await store.createRun(run);
    const once = await readKeys(redis, tag);
    expect(await store.createRun(run)).toMatchObject({ tag: "exists", id: run.id });
    expect(await readKeys(redis, tag)).toEqual(once);
  });
});
