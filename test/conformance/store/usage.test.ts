/** What workflows use is counted once, with the write that makes it durable, on the day of the store's clock. Both stores. */
import { dayMs, dayText, limits, otherWorkflows, type RunStore } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, samplePark } from "./samples.js";
import { describeTwins, type Twin } from "./twins.js";

const all: Parameters<RunStore["readUsage"]>[0] = { from: "1970-01-01", to: "1970-01-01", limit: 100 };
const none = {
  ...{ costUsd: 0, turns: 0, durationMs: 0, inputTokens: 0, outputTokens: 0 },
  ...{ cacheReadInputTokens: 0, cacheCreationInputTokens: 0 },
  runs: { completed: 0, failed: 0, cancelled: 0 },
};

async function rowsOf(store: RunStore, request = all) {
  return (await store.readUsage(request)).rows;
}

/** A run that ends at once, having used so much. */
async function runOnce({ create, activate, store }: Twin, workflow: string, costUsd: number): Promise<void> {
  const { fence } = await activate(await create({ workflow }));
  await store.finish(sampleFinish(fence, { usage: { costUsd } }));
}

describeTwins("usage", (twin) => {
  test("is counted with the commit that records it, under the run's workflow and day", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const usage = { costUsd: 0.1, turns: 2, durationMs: 30, inputTokens: 4, outputTokens: 5 };
    await store.commit(sampleCommit(fence, { usage: { ...usage, cacheReadInputTokens: 6 } }));
    await store.commit(sampleCommit(fence, { usage: { costUsd: 0.2, cacheCreationInputTokens: 7 } }));
    await store.commit(sampleCommit(fence));
    expect(await rowsOf(store)).toEqual([
      {
        ...{ ...none, ...usage, costUsd: 0.3, cacheReadInputTokens: 6, cacheCreationInputTokens: 7 },
        ...{ day: "1970-01-01", workflow: "review" },
      },
    ]);
  });

  test("is not counted a second time by a commit, park or end that is repeated", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const usage = { costUsd: 1 };
    const writes = {
      commit: sampleCommit(fence, { usage }),
      park: samplePark(fence, { usage, inboxSeen: 0 }),
      finish: sampleFinish(fence, { usage }),
    };
    for (const tag of ["ok", "duplicate"]) expect((await store.commit(writes.commit)).tag).toBe(tag);
    for (const _ of [1, 2]) expect((await store.park(writes.park)).tag).toBe("wake_now");
    for (const tag of ["finished", "duplicate"]) expect((await store.finish(writes.finish)).tag).toBe(tag);
    expect(await rowsOf(store)).toMatchObject([{ costUsd: 3, runs: { completed: 1 } }]);
  });

  test("of a former owner is not counted, nor is its end", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    await takeOver(first);
    const usage = { costUsd: 1 };
    expect(await store.commit(sampleCommit(first.fence, { usage }))).toEqual({ tag: "fenced" });
    expect(await store.finish(sampleFinish(first.fence, { usage }))).toEqual({ tag: "fenced" });
    expect(await rowsOf(store)).toEqual([]);
  });

  test("counts how runs end, whoever ends them", async () => {
    const { store, create, activate, hold } = twin();
    await runOnce(twin(), "review", 0);
    const failed = await activate(await create());
    await store.finish(sampleFinish(failed.fence, { status: "failed" }));
    await store.terminateRun({ runId: await create(), by: "ann" });
    await store.requestCancel({ runId: await create(), by: "ann", reason: "enough" });
    const looping = await create();
    const error = { code: "crash_loop", message: "died" };
    await store.failUnowned({ runId: looping, leaseToken: await hold(looping), error, retentionMs: 1_000 });
    expect(await rowsOf(store)).toMatchObject([{ runs: { completed: 1, failed: 2, cancelled: 2 } }]);
    await store.retryRun({ runId: failed.fence.runId, by: "ann" });
    const again = await twin().takeOver(failed);
    await store.finish(sampleFinish(again.fence, { inboxSeen: 2 }));
    expect(await rowsOf(store)).toMatchObject([{ runs: { completed: 2, failed: 2, cancelled: 2 } }]);
  });

  test("is told by day and workflow, in pages, of all or of one", async () => {
    const { store, clock } = twin();
    for (const costUsd of [1, 2, 3]) {
      for (const workflow of ["alpha", "beta"]) await runOnce(twin(), workflow, costUsd);
      clock.advance(dayMs);
    }
    const range = { from: "1970-01-02", to: "1970-01-03", limit: 3 };
    const first = await store.readUsage(range);
    expect(first.rows.map(({ day, workflow, costUsd }) => [day, workflow, costUsd])).toEqual([
      ["1970-01-02", "alpha", 2],
      ["1970-01-02", "beta", 2],
      ["1970-01-03", "alpha", 3],
    ]);
    const second = await store.readUsage({ ...range, cursor: first.cursor ?? "" });
    expect(second).toMatchObject({ rows: [{ day: "1970-01-03", workflow: "beta" }] });
    expect(second.cursor).toBeUndefined();
    const beta = { ...range, from: "1970-01-01", workflow: "beta" };
    expect((await rowsOf(store, beta)).map(({ costUsd }) => costUsd)).toEqual([1, 2, 3]);
    expect(await rowsOf(store, { ...beta, workflow: "gamma" })).toEqual([]);
    expect(await rowsOf(store, { ...range, from: "1970-01-03", to: "1970-01-02" })).toEqual([]);
  });

  test("of a workflow beyond the day's first ones goes to a row they share", async () => {
    const { store } = twin();
    const names = Array.from({ length: limits.usageWorkflowsMax + 2 }, (_, index) => `w${index}`);
    for (const workflow of names) await runOnce(twin(), workflow, 1);
    await runOnce(twin(), "w0", 1);
    const rows = await rowsOf(store, { ...all, limit: limits.pageRowsMax });
    expect(rows).toHaveLength(limits.usageWorkflowsMax + 1);
    expect(rows[0]).toMatchObject({ workflow: otherWorkflows, costUsd: 2, runs: { completed: 2 } });
    expect(rows.find(({ workflow }) => workflow === "w0")).toMatchObject({ costUsd: 2 });
  });

  test("leaves after the days it is kept, a few rows with each new one", async () => {
    const { store, clock } = twin();
    for (let index = 0; index < 12; index += 1) await runOnce(twin(), `w${index}`, 1);
    clock.advance(limits.usageDaysKept * dayMs);
    await runOnce(twin(), "late", 1);
    const to = dayText(limits.usageDaysKept);
    expect(await rowsOf(store, { ...all, to })).toHaveLength(13);
    clock.advance(dayMs);
    await runOnce(twin(), "later", 1);
    expect(await rowsOf(store, { ...all, to })).toHaveLength(3);
    await runOnce(twin(), "last", 1);
    expect(await rowsOf(store, { ...all, to })).toHaveLength(1);
  });

  test("whatever an action reports, sums stay numbers", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    for (const turns of [1e300, 1e300, 0.4, 0.6])
      await store.commit(sampleCommit(fence, { usage: { turns, costUsd: 4e-10 } }));
    const [row] = await rowsOf(store);
    expect(row?.turns).toBeCloseTo(2 * Number.MAX_SAFE_INTEGER, -3);
    expect(row?.costUsd).toBe(0);
  });
});
