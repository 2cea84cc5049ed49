/** A run is created once, whatever is repeated, and a refused start writes nothing. Both stores, the same answers. */
import { delayMsMax, limits } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, sampleRun } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("create_run", (twin) => {
  test("a new run is pending, has its first event and is due for whoever looks for lost ones", async () => {
    const { store, clock } = twin();
    const run = sampleRun({ label: "PR 7", delayMs: 500, createdAt: clock.now() });
    const reply = await store.createRun(run);
    expect(reply).toEqual({ tag: "created", id: run.id, delayMs: 500 });
    const { delayMs: _delay, ...info } = run;
    expect(await store.readRun(run.id)).toMatchObject({
      ...info,
      status: "pending",
      generation: 0,
      blockedOn: [],
    });
    expect(await store.inboxWaiting(run.id)).toBe(true);
    expect(await store.dueAt(run.id)).toBe(clock.now() + 500);
    expect(await store.wakeable({ limit: 10 })).toEqual([]);
    clock.advance(500);
    expect(await store.wakeable({ limit: 10 })).toEqual([run.id]);
  });

  test("a fork's first event has what it keeps, and its record has not", async () => {
    const { store, activate } = twin();
    const step = {
      kind: "call",
      status: "completed",
      attempt: 1,
      markers: ["é"],
      from: "R1",
      endedAt: 5,
    } as const;
    const kept = { "b.0": { ...step, markers: [...step.markers], childState: { core: "{}" } } };
    const run = sampleRun({ forkOf: { runId: "R1", address: "b.1" }, kept });
    await store.createRun(run);
    expect((await activate(run.id)).inbox.map(({ event }) => event)).toEqual([
      { type: "started", at: run.createdAt, kept },
    ]);
    const record = await store.readRun(run.id);
    expect(record?.forkOf).toEqual(run.forkOf);
    expect(record).not.toHaveProperty("kept");
    const other = { ...run, forkOf: { runId: "R1", address: "b.2" } };
    expect(await store.createRun(other)).toEqual({ tag: "conflict", id: run.id });
  });

  test("the trace in which a run was started comes to its owners", async () => {
    const { store, activate } = twin();
    const trace = {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      tracestate: "vendor=1",
    };
    const run = sampleRun(trace);
    await store.createRun(run);
    expect(await store.readRun(run.id)).toMatchObject(trace);
    expect((await activate(run.id)).run).toMatchObject(trace);
    const untraced = sampleRun();
    await store.createRun(untraced);
    expect(await store.readRun(untraced.id)).not.toHaveProperty("traceparent");
  });

  test("values of secret inputs come to the owner and to who asks for them, and are part of no record", async () => {
    const { store, activate } = twin();
    const sealed = { token: "plain:of the sea" };
    const run = sampleRun({ inputs: { token: "***", pr: "7" }, secretInputs: ["token"], sealed });
    await store.createRun(run);
    const told = await activate(run.id);
    expect(told.sealed).toEqual(sealed);
    expect(await store.readSealed(run.id)).toEqual(sealed);
    expect(told.run.secretInputs).toEqual(["token"]);
    const read = [told.run, await store.readRun(run.id), (await store.listRuns({ limit: 10 })).rows];
    expect(JSON.stringify([read, await store.readState(run.id)])).not.toMatch(/of the sea|sealed/);
    const again = { ...run, sealed: { token: "plain:another" } };
    expect(await store.createRun(again)).toMatchObject({ tag: "exists", id: run.id });
  });

  test("a run without secrets has nothing of them", async () => {
    const { store, activate } = twin();
    const run = sampleRun();
    await store.createRun(run);
    expect(await activate(run.id)).not.toHaveProperty("sealed");
    expect(await store.readSealed(run.id)).toEqual({});
    expect(await store.readSealed("NOBODY")).toEqual({});
    expect(await store.readRun(run.id)).not.toHaveProperty("secretInputs");
  });

  test("a fork that keeps too much is refused", async () => {
    const { store } = twin();
    const context = "x".repeat(limits.keptBytesMax);
    const step = { kind: "call", status: "completed", attempt: 1, from: "R1", endedAt: 5, context } as const;
    const run = sampleRun({ kept: { "b.0": { ...step, markers: [] } } });
    await expect(store.createRun(run)).rejects.toMatchObject({
      code: "too_large",
      details: { limit: "keptBytesMax" },
    });
  });

  test("creating the same run again tells that it exists and writes nothing", async () => {
    const { store } = twin();
    const run = sampleRun();
    await store.createRun(run);
    expect(await store.wakeable({ limit: 10 })).toEqual([run.id]);
    expect(await store.createRun(run)).toEqual({ tag: "exists", id: run.id, status: "pending" });
    expect(await store.wakeable({ limit: 10 })).toEqual([]);
    expect((await store.listRuns({ limit: 10 })).rows).toHaveLength(1);
  });

  test("the same id with other inputs is a conflict", async () => {
    const { store } = twin();
    const run = sampleRun();
    await store.createRun(run);
    const reply = await store.createRun({ ...run, inputs: { pr: "8" } });
    expect(reply).toEqual({ tag: "conflict", id: run.id });
    expect((await store.readRun(run.id))?.inputs).toEqual({ pr: "7" });
  });

  test("an idempotency key leads to the first run, whatever the id, and whatever the order of inputs", async () => {
    const { store, activate } = twin();
    const first = sampleRun({ idempotencyKey: "k", inputs: { a: "1", b: "2" } });
    await store.createRun(first);
    await activate(first.id);
    const again = sampleRun({ idempotencyKey: "k", inputs: { b: "2", a: "1" } });
    expect(await store.createRun(again)).toEqual({ tag: "exists", id: first.id, status: "running" });
    expect(await store.readRun(again.id)).toBeUndefined();
  });

  test("an idempotency key with another workflow or other inputs is a conflict", async () => {
    const { store } = twin();
    const first = sampleRun({ idempotencyKey: "k" });
    await store.createRun(first);
    const other = sampleRun({ idempotencyKey: "k", workflow: "deploy" });
    expect(await store.createRun(other)).toEqual({ tag: "conflict", id: first.id });
    const inputs = sampleRun({ idempotencyKey: "k", inputs: {} });
    expect(await store.createRun(inputs)).toEqual({ tag: "conflict", id: first.id });
    expect((await store.listRuns({ limit: 10 })).rows).toHaveLength(1);
  });

  test("a key is remembered when its run is gone, whatever id the repeat brings", async () => {
    const { store, create, activate, clock } = twin();
    const first = await create({ idempotencyKey: "k" });
    const { fence } = await activate(first);
    await store.finish(sampleFinish(fence, { retentionMs: 1 }));
    clock.advance(10);
    await expect.poll(async () => await store.readRun(first)).toBeUndefined();
    const expired = { tag: "exists", id: first, status: "expired" };
    expect(await store.createRun(sampleRun({ idempotencyKey: "k" }))).toEqual(expired);
    expect(await store.createRun(sampleRun({ id: first, idempotencyKey: "k" }))).toEqual(expired);
    const other = sampleRun({ idempotencyKey: "k", inputs: { pr: "9" } });
    expect(await store.createRun(other)).toEqual({ tag: "conflict", id: first });
    expect((await store.listRuns({ limit: 10 })).rows).toEqual([]);
  });

  test("one that wants the newest version is created with that alone, and a repeat is told what there is", async () => {
    const { store } = twin();
    const run = sampleRun({ newestOnly: true });
    expect(await store.createRun(run)).toEqual({ tag: "stale" });
    expect((await store.listRuns({ limit: 10 })).rows).toEqual([]);
    const { workflow: name, definitionHash: hash } = run;
    await store.publish([{ name, hash, json: "{}" }]);
    expect(await store.createRun(run)).toMatchObject({ tag: "created" });
    await store.publish([{ name, hash: "newer", json: "{}" }]);
    expect(await store.createRun(run)).toMatchObject({ tag: "exists" });
    expect(await store.createRun(sampleRun({ newestOnly: true }))).toEqual({ tag: "stale" });
    expect(await store.createRun(sampleRun({ newestOnly: true, definitionHash: "newer" }))).toMatchObject({
      tag: "created",
    });
    expect(await store.readRun(run.id)).not.toHaveProperty("newestOnly");
  });

  test("one that comes with its job is not created while something is set for its workflow", async () => {
    const { store } = twin();
    const { workflow } = sampleRun();
    const labelled = sampleRun({ withJob: true, label: "PR 7" });
    expect(await store.createRun(labelled)).toMatchObject({ tag: "created" });
    expect((await store.listRuns({ label: "PR 7", limit: 10 })).rows.map(({ id }) => id)).toEqual([
      labelled.id,
    ]);
    await store.setLimit({ workflow, total: 9 });
    expect(await store.createRun(sampleRun({ withJob: true }))).toEqual({ tag: "limited" });
    expect(await store.createRun(sampleRun())).toMatchObject({ tag: "created" });
    await store.removeLimit(workflow);
    expect(await store.createRun(sampleRun({ withJob: true }))).toMatchObject({ tag: "created" });
    expect((await store.listRuns({ limit: 10 })).rows).toHaveLength(3);
  });

  test("a start with a delay says when it becomes ready", async () => {
    const { store, create, clock } = twin();
    const delayed = await create({ delayMs: 500 });
    expect((await store.readRun(delayed))?.readyAt).toBe(clock.now() + 500);
    expect((await store.readRun(await create()))?.readyAt).toBeUndefined();
  });

  test("of many starts with one key exactly one creates", async () => {
    const { store } = twin();
    const runs = Array.from({ length: 20 }, () => sampleRun({ idempotencyKey: "k" }));
    const replies = await Promise.all(runs.map((run) => store.createRun(run)));
    const created = replies.filter((reply) => reply.tag === "created");
    expect(created).toHaveLength(1);
    for (const reply of replies) expect(reply).toMatchObject({ id: created[0]?.id });
  });

  test("a child is listed with its parent", async () => {
    const { store, create } = twin();
    const parent = await create();
    const children: string[] = [];
    for (const createdAt of [1, 2, 3]) {
      children.push(await create({ parentId: parent, parentAddress: "b.0", depth: 1, createdAt }));
    }
    const first = await store.listChildren({ runId: parent, limit: 2 });
    expect(first.rows).toEqual(children.slice(0, 2));
    const { cursor = "" } = first;
    expect(await store.listChildren({ runId: parent, limit: 2, cursor })).toEqual({
      rows: children.slice(2),
    });
  });

  test("a child whose parent has ended, or is gone, is not created", async () => {
    const { store, create, activate, clock } = twin();
    const { fence } = await activate(await create());
    const parent = { parentId: fence.runId, parentAddress: "b.0", depth: 1 };
    const early = sampleRun(parent);
    await store.createRun(early);
    await store.finish(sampleFinish(fence, { status: "cancelled", retentionMs: 5_000 }));
    const late = sampleRun({ ...parent, idempotencyKey: "late" });
    expect(await store.createRun(late)).toEqual({ tag: "parent_gone" });
    expect(await store.createRun(early)).toMatchObject({ tag: "exists", id: early.id });
    const orphan = sampleRun({ ...parent, parentId: "gone" });
    expect(await store.createRun(orphan)).toEqual({ tag: "parent_gone" });
    expect((await store.listRuns({ limit: 10 })).rows.map(({ id }) => id).sort()).toEqual(
      [fence.runId, early.id].sort(),
    );
    expect((await store.listChildren({ runId: fence.runId, limit: 10 })).rows).toEqual([early.id]);
    expect(await store.wakeable({ limit: 10 })).toEqual([early.id]);
    clock.advance(1);
    const other = sampleRun({ idempotencyKey: "late", inputs: { pr: "8" } });
    expect(await store.createRun(other)).toMatchObject({ tag: "created" });
  });

  test("a parent that is cancelling may still start children: its always block needs them", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    await store.requestCancel({ runId: fence.runId, reason: "enough", by: "ann" });
    const child = sampleRun({ parentId: fence.runId, parentAddress: "a.0", depth: 1 });
    expect(await store.createRun(child)).toMatchObject({ tag: "created" });
  });

  test.each([
    { pool: "Upper" },
    { pool: "run" },
    { pool: "" },
    { delayMs: delayMsMax + 1 },
    { delayMs: -1 },
    { priority: 2_097_152 },
  ])("a run the queue could never hold is refused before anything is written: %j", async (members) => {
    const { store } = twin();
    const refused = store.createRun(sampleRun({ idempotencyKey: "k", ...members }));
    await expect(refused).rejects.toMatchObject({ code: "invalid_usage" });
    expect((await store.listRuns({ limit: 10 })).rows).toEqual([]);
    expect(await store.wakeable({ limit: 10 })).toEqual([]);
    const queueable = sampleRun({ idempotencyKey: "k", delayMs: delayMsMax });
    expect(await store.createRun(queueable)).toMatchObject({ tag: "created" });
  });

  test("a run that is too large is refused before anything is written", async () => {
    const { store } = twin();
    const large = sampleRun({ inputs: { text: "x".repeat(limits.inputsBytesMax) } });
    await expect(store.createRun(large)).rejects.toMatchObject({ code: "too_large" });
    const longName = sampleRun({ label: "x".repeat(limits.nameBytesMax + 1) });
    await expect(store.createRun(longName)).rejects.toMatchObject({ code: "too_large" });
    expect((await store.listRuns({ limit: 10 })).rows).toEqual([]);
  });

  test("a run of one second does not disturb the commits of another", async () => {
    const { store, create, activate } = twin();
    const one = await activate(await create());
    const other = await activate(await create());
    await store.commit(sampleCommit(one.fence, { parts: { set: { core: "1" }, remove: [] } }));
    expect((await activateAgain(other.fence.runId)).parts).toEqual({});
    async function activateAgain(runId: string) {
      const reply = await store.activate({
        runId,
        leaseToken: other.fence.nonce,
        owner: "w1",
        recoveriesMax: 5,
      });
      if (reply.tag !== "activated") throw new Error(reply.tag);
      return reply.activation;
    }
  });
});
