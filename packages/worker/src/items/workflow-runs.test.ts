import type { RunRecord, RunStatus, RunStore } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { createMemoryLeases, createMemoryStore } from "@runfleet/store";
import { describe, expect, it } from "vitest";
import { sampleFinish, sampleRun } from "../../../../test/conformance/store/samples.js";
import { workflowRunItems } from "./workflow-runs.js";

const dayMs = 86_400_000;
const now = 100 * dayMs;

/** A store in memory with ended runs: name of the workflow, how it ended, when. */
async function storeWith(runs: readonly (readonly [string, "completed" | "failed" | "cancelled", number])[]) {
  let clock = 0;
  const store = createMemoryStore({ now: () => clock });
  const leases = createMemoryLeases({ now: () => clock, store });
  const ids: string[] = [];
  for (const [index, [workflow, status, endedAt]] of runs.entries()) {
    clock = endedAt;
    const run = sampleRun({ workflow, createdAt: endedAt - 10, label: `label ${index}` });
    ids.push(run.id);
    await store.createRun(run);
    const acquired = await leases.acquire(run.id, 1_000);
    const leaseToken = acquired.tag === "held" ? acquired.lease.token : "";
    const opened = await store.activate({ runId: run.id, leaseToken, owner: "w", recoveriesMax: 5 });
    if (opened.tag !== "activated") throw new Error(opened.tag);
    await store.finish(sampleFinish(opened.activation.fence, { status, retentionMs: now }));
  }
  clock = now;
  await store.createRun(sampleRun({ workflow: "deploy" }));
  return { ids, list: (filter: Record<string, string>) => list(store, filter) };
}

type Store = Parameters<typeof workflowRunItems>[0]["store"];

/** The claims of a store that gives every run to everybody. */
const unclaimed: Pick<RunStore, "claimItem" | "readRun"> = {
  claimItem: async () => ({ tag: "given" }),
  readRun: async () => undefined,
};

async function list(store: Store, filter: Record<string, string>, scope?: Record<string, string>) {
  const run = { id: "r", workflow: "w", inputs: {} };
  const step = { name: "each", address: "b.0", attempt: 1 };
  const request = { run, step, filter, signal: new AbortController().signal };
  const provider = workflowRunItems({ store, now: () => now });
  return (await provider.items(scope === undefined ? request : { ...request, scope })).items;
}

describe("item provider workflow_runs", () => {
  it("lists ended runs, oldest first, with what is known of them", async () => {
    const { ids, list: runs } = await storeWith([
      ["deploy", "failed", 3 * dayMs],
      ["review", "completed", dayMs],
      ["deploy", "cancelled", 2 * dayMs],
    ]);
    const found = await runs({});
    expect(found.map(({ id }) => ids.indexOf(id))).toEqual([1, 2, 0]);
    expect(found[0]).toEqual({
      id: ids[1],
      ref: "label 1",
      context: {
        workflow_name: "review",
        status: "completed",
        started_at: "1970-01-02T00:00:00.000Z",
        ended_at: "1970-01-02T00:00:00.000Z",
      },
    });
  });

  it("keeps to statuses, workflow and age", async () => {
    const { ids, list: runs } = await storeWith([
      ["deploy", "failed", now - 8 * dayMs],
      ["deploy", "failed", now - 6 * dayMs],
      ["review", "failed", now - 9 * dayMs],
      ["deploy", "completed", now - 9 * dayMs],
    ]);
    const chosen = async (filter: Record<string, string>) =>
      (await runs(filter)).map(({ id }) => ids.indexOf(id)).sort();
    expect(await chosen({ status: "failed" })).toEqual([0, 1, 2]);
    expect(await chosen({ status: "failed, completed", workflow_name: "deploy" })).toEqual([0, 1, 3]);
    expect(await chosen({ status: "failed", workflow_name: "deploy", older_than: "7d" })).toEqual([0]);
    expect(await chosen({ workflow_name: "nobody" })).toEqual([]);
  });

  it("reads page by page, and gives up when there is no end", async () => {
    const asked: (string | undefined)[] = [];
    const paged = (pages: number, run: Partial<RunRecord>): Store => ({
      ...unclaimed,
      listRuns: async ({ cursor }) => {
        asked.push(cursor);
        const page = Number(cursor ?? 0) + 1;
        const row = { ...sampleRun(), status: "failed" as RunStatus, endedAt: 1, ...run } as RunRecord;
        return { rows: [{ ...row, id: `run-${page}` }], ...(page < pages ? { cursor: String(page) } : {}) };
      },
    });
    expect(await list(paged(3, {}), { status: "failed" })).toHaveLength(3);
    expect(asked).toEqual([undefined, "1", "2"]);
    const young = paged(Number.POSITIVE_INFINITY, { endedAt: now });
    await expect(list(young, { status: "failed", older_than: "1d" })).rejects.toThrow("name a workflow_name");
  });

  it("refuses more runs than a foreach may have", async () => {
    const row = { ...sampleRun(), status: "failed", endedAt: 1 } as RunRecord;
    const rows = Array.from({ length: limits.foreachItemsMax + 1 }, (_, n) => ({ ...row, id: `r${n}` }));
    await expect(
      list({ ...unclaimed, listRuns: async () => ({ rows }) }, { status: "failed" }),
    ).rejects.toMatchObject({
      code: "too_large",
    });
  });

  it.each([
    [{ status: "running" }, 'status "running" is none of completed, failed, cancelled'],
    [{ status: "failed,paused" }, 'status "paused" is none of'],
    [{ status: "" }, 'status "" is none of'],
    [{ older_than: "long" }, 'older_than = "long" is no duration'],
    [{ workflow: "deploy" }, 'unknown filter "workflow"; known are status, workflow_name, older_than, again'],
  ])("refuses the filter %j", async (filter: Record<string, string>, message) => {
    await expect(list(createMemoryStore({ now: () => now }), filter)).rejects.toThrow(message);
  });

  it("refuses a scope, and works only with a store", async () => {
    await expect(list(createMemoryStore({ now: () => now }), {}, { a: "b" })).rejects.toThrow("use filter");
    await expect(list(undefined, {})).rejects.toThrow("cannot list runs");
  });
});
