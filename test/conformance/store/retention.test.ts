/** Ended runs leave family by family: counted, trimmed, waited for by sinks. Both stores, the same answers. */
import type { RunStatus } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { sampleCommit, sampleFinish, sampleStep } from "./samples.js";
import { describeTwins, type Twin } from "./twins.js";

const dayMs = 86_400_000;
const policy = {
  workflow: "review",
  countMax: 1_000,
  bytesMax: Number.MAX_SAFE_INTEGER,
  limit: 100,
  sinks: [] as string[],
  sinkWaitMs: 60_000,
};

interface Ended {
  readonly status?: "completed" | "failed" | "cancelled";
  readonly retentionMs?: number;
}

async function end(on: Twin, runId: string, { status = "completed", retentionMs = dayMs }: Ended = {}) {
  const { fence } = await on.activate(runId);
  const facts = [{ type: "run.completed" }] as const;
  await on.store.finish(sampleFinish(fence, { status, retentionMs, facts }));
  await on.leases.release({ runId, token: fence.nonce, deadlineMonoMs: 0 });
  on.clock.advance(1);
}

/** Ends a run as the children of `parentId`, and gives its id. */
async function child(on: Twin, parentId: string, ended?: Ended): Promise<string> {
  const parent = await on.store.readRun(parentId);
  const { rootId = parentId, depth = 0 } = parent ?? {};
  const place = { parentId, rootId, parentAddress: "b.0", depth: depth + 1, workflow: "leaf" };
  const id = await on.create(place);
  await end(on, id, ended);
  return id;
}

async function roots(on: Twin, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const id = await on.create();
    await end(on, id);
    ids.push(id);
  }
  await on.store.fileEnded({ limit: 500 });
  return ids;
}

async function kept(on: Twin): Promise<readonly { workflow: string; runs: number; bytes: number }[]> {
  return (await on.store.listKept({ limit: 100 })).rows;
}

async function statuses(on: Twin, ids: readonly string[]): Promise<(RunStatus | undefined)[]> {
  return Promise.all(ids.map(async (id) => (await on.store.readRun(id))?.status));
}

async function removeAllOrphans({ store }: Twin): Promise<void> {
  while ((await store.removeOrphans({ limit: 100 })) > 0);
}

describeTwins("retention", (twin) => {
  test("an ended run counts for its workflow once, with what it holds", async () => {
    await roots(twin(), 2);
    const { store } = twin();
    const [row] = await kept(twin());
    expect(row).toMatchObject({ workflow: "review", runs: 2 });
    expect(row?.bytes).toBeGreaterThan(200);
    expect(await store.fileEnded({ limit: 10 })).toEqual({ looked: 0, workflows: [] });
    expect(await kept(twin())).toEqual([row]);
  });

  test("an open run does not count", async () => {
    await twin().activate(await twin().create());
    expect(await twin().store.fileEnded({ limit: 10 })).toEqual({ looked: 0, workflows: [] });
    expect(await kept(twin())).toEqual([]);
  });

  test("by count, the oldest go, and no more than the limit of one step", async () => {
    const ids = await roots(twin(), 5);
    const { store } = twin();
    const trim = { ...policy, countMax: 2 };
    expect(await store.trimKept({ ...trim, limit: 1 })).toEqual({
      removed: 1,
      unarchived: [],
      isHeld: false,
    });
    expect(await store.trimKept(trim)).toEqual({ removed: 2, unarchived: [], isHeld: false });
    expect(await store.trimKept(trim)).toEqual({ removed: 0, unarchived: [], isHeld: false });
    expect(await statuses(twin(), ids)).toEqual([...Array(3).fill(undefined), "completed", "completed"]);
    expect((await store.listRuns({ limit: 10 })).rows.map(({ id }) => id)).toEqual(ids.slice(3).reverse());
    expect(await kept(twin())).toMatchObject([{ runs: 2 }]);
  });

  test("by bytes, the oldest go until what is kept fits", async () => {
    const ids = await roots(twin(), 4);
    const [before] = await kept(twin());
    const bytesMax = Math.floor(((before?.bytes ?? 0) * 3) / 4);
    expect(await twin().store.trimKept({ ...policy, bytesMax })).toMatchObject({ removed: 1 });
    expect((await statuses(twin(), ids))[0]).toBeUndefined();
    const [after] = await kept(twin());
    expect(after?.bytes).toBeLessThanOrEqual(bytesMax);
  });

  test("a family counts for the workflow of its root, and leaves whole", async () => {
    const on = twin();
    const parent = await on.create();
    const middle = await on.create({
      ...{ parentId: parent, rootId: parent, parentAddress: "b.0", depth: 1, workflow: "leaf" },
    });
    const deepest = await child(on, middle);
    await end(on, middle);
    await on.store.fileEnded({ limit: 10 });
    expect(await kept(on)).toEqual([]);
    await end(on, parent);
    await on.store.fileEnded({ limit: 10 });
    const [family] = await kept(on);
    expect(family).toMatchObject({ workflow: "review", runs: 1 });

    await roots(on, 1);
    expect(await on.store.trimKept({ ...policy, countMax: 1 })).toMatchObject({ removed: 1 });
    await removeAllOrphans(on);
    expect(await statuses(on, [parent, middle, deepest])).toEqual([undefined, undefined, undefined]);
    expect((await on.store.listRuns({ limit: 10, workflow: "leaf" })).rows).toEqual([]);
  });

  test("a child is not removed while its root is open, however many there are", async () => {
    const on = twin();
    const parent = await on.create();
    const children = [await child(on, parent), await child(on, parent)];
    await on.store.fileEnded({ limit: 10 });
    for (const workflow of ["leaf", "review"]) {
      expect(await on.store.trimKept({ ...policy, workflow, countMax: 0, bytesMax: 0 })).toMatchObject({
        removed: 0,
      });
    }
    expect(await statuses(on, children)).toEqual(["completed", "completed"]);
  });

  test("a child whose time is over stays for as long as its root does", async () => {
    const on = twin();
    const parent = await on.create();
    const old = await child(on, parent, { retentionMs: 1_000 });
    on.clock.advance(2_000);
    await on.store.forgetExpired({ limit: 10 });
    expect(await statuses(on, [old])).toEqual(["completed"]);
    await end(on, parent);
    on.clock.advance(2 * dayMs);
    await on.store.fileEnded({ limit: 10 });
    expect(await on.store.trimKept({ ...policy, countMax: 0 })).toMatchObject({});
    await on.store.forgetExpired({ limit: 10 });
    await removeAllOrphans(on);
    expect(await statuses(on, [old])).toEqual([undefined]);
  });

  test("an open child of a removed root goes when it has ended", async () => {
    const on = twin();
    const parent = await on.create();
    const place = { parentId: parent, rootId: parent, parentAddress: "b.0", depth: 1, workflow: "leaf" };
    const late = await on.create(place);
    await on.store.terminateRun({ runId: parent, by: "ann" });
    await on.store.fileEnded({ limit: 10 });
    expect(await on.store.trimKept({ ...policy, countMax: 0 })).toMatchObject({ removed: 1 });
    await on.store.removeOrphans({ limit: 10 });
    expect(await statuses(on, [late])).toEqual(["pending"]);
    await end(on, late);
    await on.store.fileEnded({ limit: 10 });
    await on.store.forgetExpired({ limit: 10 });
    on.clock.advance(60_000);
    await removeAllOrphans(on);
    expect(await statuses(on, [late])).toEqual([undefined]);
    expect(await kept(on)).toEqual([]);
  });

  test("a failed run that is retried is not removed, and counts again when it has ended", async () => {
    const on = twin();
    const id = await on.create();
    await end(on, id, { status: "failed" });
    await on.store.fileEnded({ limit: 10 });
    const [before] = await kept(on);
    await on.store.retryRun({ runId: id, by: "ann" });
    expect(await on.store.trimKept({ ...policy, countMax: 0 })).toMatchObject({ removed: 0 });
    expect(await kept(on)).toEqual([]);
    const { fence } = await on.activate(id);
    await on.store.commit(sampleCommit(fence, { steps: [sampleStep({ context: "x".repeat(5_000) })] }));
    await on.store.finish(sampleFinish(fence, { retentionMs: dayMs }));
    await on.store.fileEnded({ limit: 10 });
    const [after] = await kept(on);
    expect(after).toMatchObject({ workflow: "review", runs: 1 });
    expect(after?.bytes).toBeGreaterThan((before?.bytes ?? 0) + 4_000);
  });

  describe("with a sink", () => {
    const trim = { ...policy, countMax: 0, sinks: ["archive"] };

    test("a run stays until the sink has its events, and the ones behind it too", async () => {
      const on = twin();
      const ids = await roots(on, 1);
      const { events } = await on.store.readFleetEvents({ after: "0-0", limit: 100 });
      const later = await roots(on, 1);
      expect(await on.store.trimKept(trim)).toEqual({ removed: 0, unarchived: [], isHeld: true });
      const place = { sink: "archive", workerId: "w1", ttlMs: 1_000 };
      await on.store.claimSink(place);
      await on.store.claimSink({ ...place, after: events.at(-1)?.id ?? "" });
      expect(await on.store.trimKept(trim)).toEqual({ removed: 1, unarchived: [], isHeld: true });
      expect(await statuses(on, [...ids, ...later])).toEqual([undefined, "completed"]);
    });

    test("one sink that has them is not enough where there are two", async () => {
      const on = twin();
      await roots(on, 1);
      const place = { sink: "archive", workerId: "w1", ttlMs: 1_000 };
      await on.store.claimSink(place);
      await on.store.claimSink({ ...place, after: "9999999999999999-0" });
      expect(await on.store.trimKept({ ...trim, sinks: ["archive", "chat"] })).toMatchObject({ removed: 0 });
      expect(await on.store.trimKept(trim)).toMatchObject({ removed: 1, isHeld: false });
    });

    test("a sink is not waited for longer than asked, and who was removed unseen is told", async () => {
      const on = twin();
      const ids = await roots(on, 2);
      on.clock.advance(trim.sinkWaitMs);
      expect(await on.store.trimKept(trim)).toEqual({ removed: 2, unarchived: ids, isHeld: false });
    });
  });
});
