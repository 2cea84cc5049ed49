/** Lists of runs, children, steps, gates and workflows, page by page. Both stores, the same answers. */
import { expect, test } from "vitest";
import { sampleFinish, sampleRun } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("lists of runs", (twin) => {
  test("runs come newest first, in pages without gaps or repeats, though all were created at once", async () => {
    const { store } = twin();
    const runs = Array.from({ length: 120 }, () => sampleRun());
    await Promise.all(runs.map((run) => store.createRun(run)));
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.listRuns({ limit: 50, ...(cursor === undefined ? {} : { cursor }) });
      listed.push(...page.rows.map((run) => run.id));
      cursor = page.cursor;
      // A newer run between two pages moves nothing.
      await store.createRun(sampleRun({ createdAt: 2_000_000 }));
    } while (cursor !== undefined);
    expect(listed).toEqual(
      runs
        .map((run) => run.id)
        .sort()
        .reverse(),
    );
  });

  test("lists of a status and of a workflow hold only theirs", async () => {
    const { store, create, activate } = twin();
    const review = await create({ createdAt: 1 });
    const deploy = await create({ createdAt: 2, workflow: "deploy" });
    const running = await create({ createdAt: 3, workflow: "deploy" });
    await activate(running);
    const ids = async (filter: { status?: "pending" | "running" | "failed"; workflow?: string }) =>
      (await store.listRuns({ ...filter, limit: 10 })).rows.map((run) => run.id);
    expect(await ids({})).toEqual([running, deploy, review]);
    expect(await ids({ status: "pending" })).toEqual([deploy, review]);
    expect(await ids({ workflow: "deploy" })).toEqual([running, deploy]);
    expect(await ids({ workflow: "deploy", status: "running" })).toEqual([running]);
    expect(await ids({ status: "failed" })).toEqual([]);
  });

  test("the list of a run's children holds only them, newest first, by status and workflow if asked", async () => {
    const { store, create, activate } = twin();
    const parentId = await create({ createdAt: 1 });
    const born = { parentId, parentAddress: "b.0", depth: 1, rootId: parentId };
    const first = await create({ ...born, createdAt: 2 });
    const second = await create({ ...born, createdAt: 3, workflow: "deploy" });
    const third = await create({ ...born, createdAt: 4 });
    await create({ createdAt: 5 });
    await activate(second);
    const ids = async (filter: {
      status?: "running";
      workflow?: string;
      limit?: number;
      cursor?: string;
    }) => {
      const page = await store.listRuns({ parentId, limit: 10, ...filter });
      return page.rows.map((run) => run.id);
    };
    expect(await ids({})).toEqual([third, second, first]);
    expect(await ids({ status: "running" })).toEqual([second]);
    expect(await ids({ workflow: "review" })).toEqual([third, first]);
    const { cursor = "" } = await store.listRuns({ parentId, limit: 2 });
    expect(await ids({ cursor })).toEqual([first]);
    expect((await store.listRuns({ parentId: first, limit: 10 })).rows).toEqual([]);
  });

  test("few runs of a status among many of a workflow are found, in full pages without gaps", async () => {
    const { store } = twin();
    const runs = Array.from({ length: 130 }, (_, index) => sampleRun({ createdAt: 1_000 + index }));
    for (const run of runs) await store.createRun(run);
    const cancelled = runs.filter((_, index) => index % 4 === 0 || index > 100).map(({ id }) => id);
    for (const runId of cancelled) await store.requestCancel({ runId, reason: "enough", by: "ann" });
    const filter = { workflow: "review", status: "cancelled", limit: 20 } as const;
    const listed: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await store.listRuns({ ...filter, ...(cursor === undefined ? {} : { cursor }) });
      listed.push(page.rows.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(listed.flat()).toEqual(cancelled.toReversed());
    expect(listed.map(({ length }) => length)).toEqual([20, 20, 15]);
  });

  test("root runs are found between any number of children, in full pages without gaps", async () => {
    const { store, create } = twin();
    const roots: string[] = [];
    for (let index = 0; index < 7; index++) {
      const rootId = await create({ id: `R${index}`, createdAt: 1_000 * index });
      roots.push(rootId);
      const born = { parentId: rootId, parentAddress: "b.0", depth: 1, rootId, workflow: "child" };
      const count = index === 3 ? 300 : index;
      for (let child = 0; child < count; child++) await create({ ...born, createdAt: 1_000 * index + child });
    }
    const idsOf = async (filter: object) => {
      const { rows, cursor } = await store.listRuns({ roots: true, limit: 4, ...filter });
      return { ids: rows.map(({ id }) => id), cursor };
    };
    const first = await idsOf({});
    expect(first.ids).toEqual(["R6", "R5", "R4", "R3"]);
    expect((await idsOf({ cursor: first.cursor })).ids).toEqual(["R2", "R1", "R0"]);
    await store.requestCancel({ runId: "R3", reason: "enough", by: "ann" });
    expect((await idsOf({ status: "cancelled" })).ids).toEqual(["R3"]);
    expect((await idsOf({ workflow: "child" })).ids).toEqual([]);
  });

  test("records of several runs are read at once, in the order asked, without those that are not there", async () => {
    const { store, create } = twin();
    const ids: string[] = [];
    for (let index = 0; index < 60; index++) ids.push(await create({ id: `R${index}` }));
    expect(await store.readRuns([])).toEqual([]);
    expect((await store.readRuns(["R7", "nobody", "R3"])).map(({ id }) => id)).toEqual(["R7", "R3"]);
    expect(await store.readRuns(ids)).toEqual(await Promise.all(ids.map((id) => store.readRun(id))));
    expect(await store.readRuns(Array.from({ length: 501 }, () => "R1"))).toHaveLength(500);
  });

  test("no page is larger than its limit allows", async () => {
    const { store, create } = twin();
    for (let count = 0; count < 3; count++) await create();
    expect((await store.listRuns({ limit: 0 })).rows).toHaveLength(1);
    expect((await store.listRuns({ limit: 2 })).rows).toHaveLength(2);
  });

  test("a cursor of steps that is none is refused", async () => {
    const { store, create } = twin();
    const runId = await create();
    const request = { runId, limit: 1, cursor: "x" };
    await expect(store.readSteps(request)).rejects.toMatchObject({ code: "invalid_usage" });
    expect(await store.readSteps({ runId, limit: 10 })).toEqual({ rows: [] });
  });

  test("an id that expired can be used again and is listed once", async () => {
    const { store, create, activate, leases, clock } = twin();
    const run = sampleRun({ id: "01DERIVED" });
    const { fence } = await activate(await create(run));
    await store.finish(sampleFinish(fence, { retentionMs: 1 }));
    await leases.release({ runId: run.id, token: fence.nonce, deadlineMonoMs: 0 });
    clock.advance(10);
    await expect.poll(async () => await store.readRun(run.id)).toBeUndefined();
    expect(await store.createRun(run)).toMatchObject({ tag: "created" });
    expect((await store.listRuns({ limit: 10 })).rows).toMatchObject([{ id: run.id, status: "pending" }]);
    expect((await store.listRuns({ limit: 10, status: "completed" })).rows).toEqual([]);
  });
});
