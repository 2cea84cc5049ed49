/** What operators set for workflows, in both stores: it goes before definitions and starts, and works at once. */
import { expect, test } from "vitest";
import { createWaiting, letAllIn, perTenant, wakeOf } from "./limited-runs.js";
import { sampleFinish, sampleRun } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("set limits", (twin) => {
  test("what an operator sets goes before everything, at once, and until it is removed", async () => {
    const { store, create, clock } = twin();
    const one = perTenant("acme", 1);
    await create(one);
    const [second, third] = [await createWaiting(twin(), one), await createWaiting(twin(), one)];
    expect(await store.setLimit({ workflow: "review", perKey: 2 })).toEqual({ tag: "set" });
    expect(await letAllIn(twin())).toEqual([second]);
    expect(await store.dueAt(second)).toBe(clock.now());
    expect(await store.listSetLimits()).toEqual([{ workflow: "review", perKey: 2 }]);
    await createWaiting(twin(), perTenant("acme", 9));
    expect(await store.removeLimit("review")).toEqual({ tag: "removed" });
    expect(await store.removeLimit("review")).toEqual({ tag: "not_set" });
    expect(await letAllIn(twin())).toContain(third);
  });

  test("a start that declares more than the one before lets others in, and is told whom", async () => {
    const { store, create } = twin();
    await create(perTenant("acme", 1));
    const [second, third] = [
      await createWaiting(twin(), perTenant("acme", 1)),
      await createWaiting(twin(), perTenant("acme", 1)),
    ];
    const run = sampleRun(perTenant("acme", 3));
    expect(await store.createRun(run)).toEqual({
      ...{ tag: "created", id: run.id, isInLine: true, granted: [wakeOf(second), wakeOf(third)] },
    });
    const wider = sampleRun(perTenant("acme", 9));
    expect(await store.createRun(wider)).toEqual({
      ...{ tag: "created", id: wider.id, granted: [wakeOf(run.id)] },
    });
  });

  test("a limit that is lowered lets those end that are there, and no more begin", async () => {
    const { store, create, activate } = twin();
    const [a, b] = [await activate(await create({})), await activate(await create({}))];
    await store.setLimit({ workflow: "review", total: 1 });
    const [c] = [await activate(await create({}))];
    const next = await createWaiting(twin(), {});
    for (const { fence } of [a, b])
      expect(await store.finish(sampleFinish(fence))).toEqual({ tag: "finished" });
    await store.setLimit({ workflow: "review", total: 0 });
    expect(await store.finish(sampleFinish(c.fence))).toEqual({ tag: "finished" });
    expect(await store.setLimit({ workflow: "review", total: 1 })).toEqual({
      tag: "set",
      granted: [wakeOf(next)],
    });
  });

  test("a limit that is taken away lets everybody in, a few at a time", async () => {
    const { store } = twin();
    await store.setLimit({ workflow: "review", total: 0 });
    const ids: string[] = [];
    for (let count = 0; count < 45; count++) ids.push(await createWaiting(twin(), {}));
    const first = await store.removeLimit("review");
    expect(first.granted?.map(({ runId }) => runId)).toEqual(ids.slice(0, 20));
    expect(await letAllIn(twin())).toEqual(ids.slice(20));
  });

  test("whoever comes next moves a line that nobody moved", async () => {
    const { store } = twin();
    await store.setLimit({ workflow: "review", perKey: 0 });
    const first = await createWaiting(twin(), perTenant("acme", 2));
    // Whoever raised the limit died before it let anybody in.
    await store.setLimit({ workflow: "review", perKey: 2 });
    const second = sampleRun(perTenant("acme", 2));
    expect(await store.createRun(second)).not.toHaveProperty("isInLine");
    expect(await store.permitWait(first)).toBeUndefined();
  });

  test("a look may begin at the line of a key", async () => {
    const { store } = twin();
    await store.setLimit({ workflow: "review", perKey: 0 });
    const runIds: string[] = [];
    for (let count = 10; count < 25; count++)
      runIds.push(await createWaiting(twin(), perTenant(`t ${count}`)));
    await store.setLimit({ workflow: "review", perKey: 1 });
    const { granted = [] } = await store.letIn({ workflow: "review", key: "t 24" });
    expect(granted).toContainEqual(wakeOf(runIds.at(-1) ?? ""));
  });

  test("limits of so many workflows can be set and no more, and set ones can be changed", async () => {
    const { store } = twin();
    for (let count = 0; count < 500; count++) await store.setLimit({ workflow: `w${count}`, total: 1 });
    expect(await store.setLimit({ workflow: "more", total: 1 })).toEqual({ tag: "full" });
    const rate = { limit: 100, perMs: 60_000, burst: 5 };
    expect(await store.setLimit({ workflow: "w0", total: 2, rate })).toEqual({ tag: "set" });
    expect((await store.listSetLimits())[0]).toEqual({ workflow: "w0", total: 2, rate });
  });
});
