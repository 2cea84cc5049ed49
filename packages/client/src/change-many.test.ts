/** The same change to many runs: who is chosen, what is refused, how a walk ends. */
import { limits, type RunRecord, zeroTotals } from "@runfleet/model";
import { afterAll, describe, expect, inject, test } from "vitest";
import { greet, openClientFleet } from "../../../test/support/client-fleet.js";
import { cancelMany } from "./change-many.js";
import type { ManyDocument } from "./client-documents.js";
import type { Connections } from "./connections.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet, store, queue } = under;
afterAll(() => under.close());

/** Runs of a workflow of their own. */
async function startSome(workflow: string, count: number, label = "some"): Promise<string[]> {
  await fleet.publish([{ ...greet, name: workflow }]);
  const runs = await Promise.all(
    Array.from({ length: count }, () => fleet.start(workflow, { inputs: { whom: "you" }, label })),
  );
  return runs.map(({ id }) => id);
}

async function failRun(id: string): Promise<void> {
  const { activation, release } = await under.take(id);
  await store.finish({
    ...{ fence: activation.fence, commitId: "c1", parts: { set: {}, remove: [] }, steps: [], facts: [] },
    ...{ outbox: [], outboxDone: [], inboxSeen: 1, totals: zeroTotals(), gatesOpened: [], gatesClosed: [] },
    ...{ status: "failed", summary: "", retentionMs: 60_000 },
  });
  await release();
}

const statuses = async (ids: readonly string[]) =>
  await Promise.all(ids.map(async (id) => (await fleet.get(id)).status));

describe("a change of many runs", () => {
  test("counts and shows in a dry run, and then changes exactly these, page by page", async () => {
    const chosen = await startSome("many", 130);
    const others = await startSome("many", 2, "others");
    const filter = { workflow: "many", label: "some" };
    const dry = await fleet.cancelMany(filter, { dryRun: true });
    expect(dry).toMatchObject({
      dryRun: true,
      ended: "done",
      matched: 130,
      changed: 0,
      failed: 0,
      skipped: {},
    });
    expect(dry.sample).toHaveLength(10);
    expect(dry.sample[0]).toMatchObject({ workflow: "many", status: "pending", label: "some" });
    expect(new Set(await statuses(chosen))).toEqual(new Set(["pending"]));
    const seen: ManyDocument[] = [];
    const onProgress = (progress: ManyDocument) => seen.push(progress);
    const done = await fleet.cancelMany(filter, { perSecond: 1_000, reason: "too many", onProgress });
    expect(done).toMatchObject({ dryRun: false, ended: "done", matched: 130, changed: 130 });
    expect(seen.map(({ changed }) => changed)).toEqual(Array.from({ length: 130 }, (_, index) => index + 1));
    expect(new Set(await statuses(chosen))).toEqual(new Set(["cancelled"]));
    expect(await statuses(others)).toEqual(["pending", "pending"]);
    expect((await fleet.get(chosen[0] ?? "")).cancel).toMatchObject({ reason: "too many", by: "tester" });
    expect(await fleet.cancelMany(filter, { perSecond: 1_000 })).toMatchObject({ matched: 0, changed: 0 });
  });

  test("stops at its limit and when it is told to, and leaves the rest for the next time", async () => {
    const ids = await startSome("limited", 5);
    expect(await fleet.cancelMany({ workflow: "limited" }, { limit: 2 })).toMatchObject({
      ...{ ended: "limit", matched: 2, changed: 2 },
    });
    const stop = new AbortController();
    const stopped = await fleet.cancelMany(
      { workflow: "limited" },
      { signal: stop.signal, onProgress: () => stop.abort() },
    );
    expect(stopped).toMatchObject({ ended: "stopped", matched: 1, changed: 1 });
    expect(await fleet.cancelMany({ workflow: "limited", olderThanMs: 3_600_000 })).toMatchObject({
      matched: 0,
    });
    expect(await fleet.cancelMany({ workflow: "limited" })).toMatchObject({ ended: "done", matched: 2 });
    expect(new Set(await statuses(ids))).toEqual(new Set(["cancelled"]));
  });

  test("goes on from a cursor, page by page, and leaves alone what was started meanwhile", async () => {
    const ids = await startSome("paged", 230);
    const filter = { workflow: "paged" };
    const first = await fleet.cancelMany(filter, { pages: 1, perSecond: 1_000 });
    expect(first).toMatchObject({ ended: "limit", matched: 100, changed: 100, cursor: expect.any(String) });
    const [later = ""] = await startSome("paged", 1);
    const second = await fleet.cancelMany(filter, { cursor: first.cursor ?? "", pages: 1, perSecond: 1_000 });
    expect(second).toMatchObject({ ended: "limit", changed: 100 });
    const last = await fleet.cancelMany(filter, { cursor: second.cursor ?? "", perSecond: 1_000 });
    expect(last).toMatchObject({ ended: "done", changed: 30, cursor: null });
    expect(new Set(await statuses(ids))).toEqual(new Set(["cancelled"]));
    expect(await statuses([later])).toEqual(["pending"]);
  });

  test("takes those whose label begins so, over pages that end within a label", async () => {
    const ids = await startSome("sorted", 120, "batch 1");
    const last = await startSome("sorted", 1, "batch 2");
    const others = await startSome("sorted", 1, "bat");
    const filter = { labelPrefix: "batch" };
    const first = await fleet.cancelMany(filter, { pages: 1, perSecond: 1_000 });
    expect(first).toMatchObject({ ended: "limit", changed: 100 });
    const rest = await fleet.cancelMany(filter, { cursor: first.cursor ?? "", perSecond: 1_000 });
    expect(rest).toMatchObject({ ended: "done", changed: 21 });
    expect(new Set(await statuses([...ids, ...last]))).toEqual(new Set(["cancelled"]));
    expect(await statuses(others)).toEqual(["pending"]);
  });

  test("takes the runs that are named, and of those only what it is for", async () => {
    const [failed = "", open = "", other = ""] = await startSome("named", 3);
    await failRun(failed);
    const retried = await fleet.retryMany({ ids: [failed, open, "nobody"] });
    expect(retried).toMatchObject({ ended: "done", matched: 1, changed: 1 });
    expect(await fleet.cancelMany({ ids: [open] })).toMatchObject({ matched: 1, changed: 1 });
    expect(await statuses([failed, open, other])).toEqual(["pending", "cancelled", "pending"]);
  });

  test("retries failed runs and nothing else", async () => {
    const ids = await startSome("failing", 3);
    for (const id of ids.slice(0, 2)) await failRun(id);
    expect(await fleet.retryMany({ workflow: "failing", status: "failed" })).toMatchObject({
      matched: 2,
      changed: 2,
    });
    expect(await statuses(ids)).toEqual(["pending", "pending", "pending"]);
  });

  test("skips runs that changed since they were looked at, and leaves children to their parents", async () => {
    const [gone = "", open = ""] = await startSome("stale", 2);
    const { rows } = await store.listRuns({ workflow: "stale", limit: limits.pageRowsMax });
    await fleet.terminate(gone);
    const child = { ...(rows[0] as RunRecord), id: "child", parentId: "parent" };
    const stale = { ...store, listRuns: async () => ({ rows: [...rows, child] }) };
    const words = {
      actor: "tester",
      time: { now: Date.now },
      log: () => undefined,
      closing: new AbortController().signal,
    };
    const connections = { ...words, store: stale, queue } as unknown as Connections;
    const done = await cancelMany(connections, { workflow: "stale" }, {});
    expect(done).toMatchObject({ matched: 2, changed: 1, skipped: { run_ended: 1 }, failed: 0 });
    expect(await statuses([gone, open])).toEqual(["cancelled", "cancelled"]);
  });

  test("is refused without any choice, and for what cannot be changed", async () => {
    const refusals = [
      [() => fleet.cancelMany({}), /the filter is empty/],
      [() => fleet.cancelMany({ status: "completed" }), /runs that are completed cannot be cancelled; only/],
      [() => fleet.retryMany({ status: "running" }), /only those that are failed/],
      [() => fleet.retryMany({ all: true }, { perSecond: 0 }), /perSecond/],
      [() => fleet.retryMany({ all: true }, { limit: 0 }), /limit/],
      [() => fleet.retryMany({ olderThanMs: -1 }), /olderThanMs/],
      [() => fleet.retryMany({ all: true }, { pages: 0 }), /pages/],
      [() => fleet.retryMany({ all: true }, { cursor: "1 5 x" }), /the cursor is none of a change/],
      [() => fleet.retryMany({ all: true }, { cursor: "nonsense" }), /the cursor is none of a change/],
      [() => fleet.retryMany({ ids: Array.from({ length: 501 }, String) }), /name at most 500/],
      [() => fleet.retryMany({ ids: ["a"], label: "x" }), /not chosen by workflow/],
      [() => fleet.retryMany({ label: "x", labelPrefix: "x" }), /by a label or by how it begins/],
    ] as const;
    for (const [ask, message] of refusals) {
      await expect(ask()).rejects.toMatchObject({
        code: "invalid_usage",
        message: expect.stringMatching(message),
      });
    }
    expect(await fleet.retryMany({ all: true }, { dryRun: true })).toMatchObject({
      matched: 0,
      ended: "done",
    });
  });
});
