/** Root runs by their label: exactly, and by how it begins. Both stores, the same answers; and what the lists cost in Redis. */
import type { ListFilter } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { sampleFinish, sampleRun } from "./samples.js";
import { describeTwins, type Twin, useRedisTwin } from "./twins.js";

/** All pages, as ids. */
async function idsOf({ store }: Twin, filter: Omit<ListFilter, "limit">, limit = 2): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.listRuns({ ...filter, limit, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    ids.push(...page.rows.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}

async function labelled(on: Twin, labels: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, label] of labels.entries())
    ids.push(await on.create({ id: `R${index}`, label, createdAt: index }));
  return ids;
}

describeTwins("runs by label", (twin) => {
  test("of one label come newest first, in pages without gaps, and none of a label that begins so", async () => {
    await labelled(twin(), ["pr 7", "pr", "pr 7", "pr 77", "pr 7", "pr\u00017", "Pr 7"]);
    await twin().create({ id: "bare", createdAt: 90 });
    expect(await idsOf(twin(), { label: "pr 7" })).toEqual(["R4", "R2", "R0"]);
    expect(await idsOf(twin(), { label: "pr" })).toEqual(["R1"]);
    expect(await idsOf(twin(), { label: "p" })).toEqual([]);
  });

  test("whose label begins so come in the order of their labels' bytes, each label's newest run first", async () => {
    await labelled(twin(), ["ü 1", "pr 10", "pr 9", "pr 10", "ür 2", "𝒳", "pr\u0000x", "p", "\uFFFD"]);
    expect(await idsOf(twin(), { labelPrefix: "pr" })).toEqual(["R2", "R3", "R1", "R6"]);
    expect(await idsOf(twin(), { labelPrefix: "ü" })).toEqual(["R4", "R0"]);
    // In bytes U+1D4B3 comes after U+FFFD, in a text of JavaScript before.
    const all = await idsOf(twin(), { labelPrefix: "" }, 100);
    expect(all).toEqual(["R5", "R8", "R4", "R0", "R2", "R3", "R1", "R6", "R7"]);
  });

  test("are narrowed by workflow and status too", async () => {
    const on = twin();
    await labelled(on, ["pr 7", "pr 8", "pr 7"]);
    await on.create({ id: "D", label: "pr 7", workflow: "deploy", createdAt: 50 });
    await on.store.requestCancel({ runId: "R0", reason: "enough", by: "ann" });
    expect(await idsOf(on, { label: "pr 7", workflow: "review" })).toEqual(["R2", "R0"]);
    expect(await idsOf(on, { label: "pr 7", status: "pending" })).toEqual(["D", "R2"]);
    expect(await idsOf(on, { labelPrefix: "pr", workflow: "review", status: "pending" })).toEqual([
      "R1",
      "R2",
    ]);
  });

  test("are root runs: children have the label of their root and are in its list of children", async () => {
    const on = twin();
    await on.create({ id: "P", label: "pr 7" });
    const child = { parentId: "P", parentAddress: "b.0", depth: 1, rootId: "P" };
    await on.create({ id: "C", label: "pr 7", ...child });
    expect(await idsOf(on, { label: "pr 7" })).toEqual(["P"]);
    expect(await idsOf(on, { labelPrefix: "pr" })).toEqual(["P"]);
    expect(await idsOf(on, { parentId: "P" })).toEqual(["C"]);
  });

  test("a cursor of another prefix is refused", async () => {
    const on = twin();
    await labelled(on, ["pr 7", "pr 8"]);
    const { cursor = "" } = await on.store.listRuns({ labelPrefix: "pr", limit: 1 });
    for (const wrong of [
      { labelPrefix: "x", cursor },
      { labelPrefix: "pr", cursor: "000000000000001:R1" },
    ])
      await expect(on.store.listRuns({ ...wrong, limit: 1 })).rejects.toMatchObject({
        code: "invalid_usage",
      });
  });
});

describe("in Redis", () => {
  const twin = useRedisTwin();
  const listed = async () => {
    const { redis, tag } = twin();
    return {
      places: await redis.zrange(`${tag}:runs:labels`, 0, -1),
      labels: await redis.hgetall(`${tag}:runs:labelled`),
    };
  };

  test("a run without a label, and a child, cost no entry", async () => {
    const { create, redis, tag } = twin();
    const rootId = await create();
    await create({ label: "x", parentId: rootId, parentAddress: "b.0", depth: 1, rootId });
    expect(await redis.exists(`${tag}:runs:labels`, `${tag}:runs:labelled`)).toBe(0);
  });

  test("a run that has expired leaves them with the next that finishes", async () => {
    const on = twin();
    const { fence } = await on.activate(await on.create({ id: "R", label: "pr 7", createdAt: 1 }));
    await on.create({ id: "S", label: "pr 7", createdAt: 2 });
    await on.store.finish(sampleFinish(fence, { retentionMs: 1 }));
    on.clock.advance(10);
    await expect.poll(async () => await on.store.readRun("R")).toBeUndefined();
    expect((await listed()).places).toHaveLength(2);
    const other = await on.activate(await on.create({ workflow: "other" }));
    await on.store.finish(sampleFinish(other.fence));
    const row = "000000000000002:S";
    expect(await listed()).toEqual({ places: [`pr 7\0${row}`], labels: { [row]: "pr 7" } });
  });

  test("an id that is used again at the same time with another label is found by that one only", async () => {
    const on = twin();
    const run = sampleRun({ id: "R", label: "before", createdAt: 5 });
    const { fence } = await on.activate(await on.create(run));
    await on.store.finish(sampleFinish(fence, { retentionMs: 1 }));
    await on.leases.release({ runId: "R", token: fence.nonce, deadlineMonoMs: 0 });
    on.clock.advance(10);
    await expect.poll(async () => await on.store.readRun("R")).toBeUndefined();
    await on.store.createRun({ ...run, label: "after" });
    expect(await idsOf(on, { label: "before" })).toEqual([]);
    expect(await idsOf(on, { label: "after" })).toEqual(["R"]);
    const row = "000000000000005:R";
    expect(await listed()).toEqual({ places: [`after\0${row}`], labels: { [row]: "after" } });
  });
});
