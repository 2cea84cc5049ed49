/** Partitions in memory: what lies where, and what is put together. On Redis the same is tried in `test/e2e/partitions.test.ts`. */
import { idInPartition, type NewRun } from "@runfleet/model";
import { expect, test } from "vitest";
import { runInfo } from "../../../../test/support/engine/world.js";
import { createMemoryStore } from "../memory-store.js";
import { createPartitionedStore } from "./partitioned-store.js";

function open() {
  const partitions = [0, 1, 2].map(() => createMemoryStore({ now: () => 5_000 }));
  const [first, ...others] = partitions;
  if (first === undefined) throw new TypeError("three are three");
  return { partitions, store: createPartitionedStore([first, ...others]) };
}

/** Runs in turn in each partition, each a millisecond younger. */
const runs: readonly NewRun[] = Array.from({ length: 7 }, (_, at) => {
  const id = idInPartition(`run-${at}`, at % 3);
  return { ...runInfo({ id, rootId: id, label: `label ${at % 2}` }), createdAt: 1_000 + at };
});

test("a run lies in the partition of its id, and is found there alone", async () => {
  const { store, partitions } = open();
  for (const run of runs) await store.createRun(run);
  const where = await Promise.all(
    partitions.map(async (partition) => (await partition.listRuns({ limit: 100 })).rows.map(({ id }) => id)),
  );
  expect(where).toEqual([
    ["run-6", "run-3", "run-0"],
    ["run-4@1", "run-1@1"],
    ["run-5@2", "run-2@2"],
  ]);
  expect(await store.readRun("run-4@1")).toMatchObject({ id: "run-4@1" });
  expect(await store.readRun("run-4")).toBeUndefined();
  await expect(async () => await store.readRun("run-4@3")).rejects.toMatchObject({ code: "run_not_found" });
  const asked = ["run-5@2", "run-0", "gone@1", "run-1@1"];
  expect((await store.readRuns(asked)).map(({ id }) => id)).toEqual(["run-5@2", "run-0", "run-1@1"]);
  expect((await store.countFleet()).runs.pending).toBe(runs.length);
});

test("lists by creation and by label go on where a page ended", async () => {
  const { store } = open();
  for (const run of runs) await store.createRun(run);
  const all = async (filter: { readonly labelPrefix?: string }): Promise<string[]> => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.listRuns({ ...filter, limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      ids.push(...page.rows.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return ids;
  };
  expect(await all({})).toEqual(runs.map(({ id }) => id).reverse());
  const byLabel = [5, 3, 1, 6, 4, 2, 0].map((at) => runs[at]?.id);
  expect(await all({ labelPrefix: "label" })).toEqual(byLabel);
});

test("definitions lie in all partitions, names, schedules and sizes of pools in the first", async () => {
  const { store, partitions } = open();
  await store.publish([{ name: "greet", hash: "h1", json: "{}" }]);
  for (const partition of partitions) expect(await partition.readDefinition("h1")).toBe("{}");
  expect(await store.findWorkflow("greet")).toMatchObject({ hash: "h1" });
  await store.setScaling({ pool: "gpu", policy: "{}" });
  expect((await partitions[0]?.readScaling())?.policies.get("gpu")).toBe("{}");
});

test("a run with a limit is refused where limits are not counted", async () => {
  const { store } = open();
  const limited = {
    ...runInfo({ id: "run@1", rootId: "run@1" }),
    createdAt: 1_000,
    concurrency: { limit: 1 },
  };
  await expect(async () => await store.createRun(limited)).rejects.toMatchObject({ code: "invalid_usage" });
  expect(await store.createRun({ ...limited, id: "run", rootId: "run" })).toMatchObject({ tag: "created" });
  await expect(store.setLimit({ workflow: "w", total: 1 })).rejects.toMatchObject({ code: "invalid_usage" });
});
