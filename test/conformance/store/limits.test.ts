/** Permits in both stores: who may be worked on, who waits in line, who is let in when, what is said about it. */
import type { NewRun } from "@runfleet/model";
import { expect, test } from "vitest";
import { ask, createWaiting, perTenant, scopesOf, wakeOf } from "./limited-runs.js";
import { sampleCommit, sampleFinish, samplePark, sampleRun } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("limits", (twin) => {
  test("a run without a free permit is in line, in no queue and in no timer, and says so", async () => {
    const { store, clock, create } = twin();
    const first = await create(perTenant("acme"));
    const since = clock.now();
    const second = await createWaiting(twin(), perTenant("acme"));
    const other = await create(perTenant("umbrella"));
    const told = await store.outboxPending({ olderThanMs: 0, limit: 10 });
    expect(told).toEqual([]);
    expect([...(await store.wakeable({ limit: 10 }))].sort()).toEqual([first, other].sort());
    const blockedOn = [{ type: "limit", workflow: "review", key: "acme", since }];
    expect(await store.readRun(second)).toMatchObject({ status: "pending", blockedOn });
    expect((await store.listRuns({ limit: 10 })).rows).toContainEqual(
      expect.objectContaining({ id: second, blockedOn }),
    );
    expect(await store.permitWait(second)).toEqual({
      ...{ workflow: "review", key: "acme", limit: 1, held: 1, holders: [first], before: 0 },
    });
    expect(await store.permitWait(first)).toBeUndefined();
    expect(await scopesOf(twin())).toEqual([
      { workflow: "review", key: "acme", limit: 1, held: 1, waiting: 1 },
      { workflow: "review", key: "umbrella", limit: 1, held: 1, waiting: 0 },
    ]);
  });

  test.each(["park", "finish"] as const)(
    "a %s gives the permit to who is first in line, and tells",
    async (end) => {
      const { store, activate, create } = twin();
      const first = await create(perTenant("acme"));
      const second = await createWaiting(twin(), { ...perTenant("acme"), pool: "gpu" });
      const { fence } = await activate(first);
      const reply =
        end === "park" ? await store.park(samplePark(fence)) : await store.finish(sampleFinish(fence));
      expect(reply).toMatchObject({ granted: [wakeOf(second, "gpu")] });
      expect(await store.outboxPending({ olderThanMs: 0, limit: 10 })).toContainEqual(wakeOf(second, "gpu"));
      expect(await store.wakeable({ limit: 10 })).toContain(second);
      expect(await store.readRun(second)).toMatchObject({ blockedOn: [] });
      expect(await ask(twin(), second)).toBe("activated");
    },
  );

  test("a run that yields, or whose worker died, keeps its permit", async () => {
    const { store, activate, create, takeOver, leases } = twin();
    const first = await create(perTenant("acme"));
    const second = await createWaiting(twin(), perTenant("acme"));
    const again = await takeOver(await activate(first));
    expect(again.tookOver).toBe(true);
    await store.release({ ...samplePark(again.fence), status: "pending" });
    await leases.release({ runId: first, token: again.fence.nonce, deadlineMonoMs: 0 });
    expect(await ask(twin(), second)).toBe("limited");
    expect(await ask(twin(), first)).toBe("activated");
  });

  test("a run that goes on after a wait asks again, and comes before all that are fresh", async () => {
    const { store, activate, create, leases, clock } = twin();
    const parked = await create(perTenant("acme"));
    const { fence } = await activate(parked);
    await store.park(samplePark(fence));
    await leases.release({ runId: parked, token: fence.nonce, deadlineMonoMs: 0 });
    const working = await create(perTenant("acme"));
    const holder = await activate(working);
    const fresh = await createWaiting(twin(), perTenant("acme"));
    clock.advance(5);
    await store.appendEvent({ runId: parked, event: { type: "signalReceived", at: 1, name: "go" } });
    expect(await ask(twin(), parked)).toBe("limited");
    expect(await store.dueAt(parked)).toBeUndefined();
    expect(await store.readRun(parked)).toMatchObject({ status: "pending", blockedOn: [{ type: "limit" }] });
    expect(await store.permitWait(fresh)).toMatchObject({ before: 1 });
    expect(await store.finish(sampleFinish(holder.fence))).toMatchObject({ granted: [wakeOf(parked)] });
    expect(await store.dueAt(parked)).toBe(clock.now());
  });

  test("asking again while in line changes no place", async () => {
    const { store, create } = twin();
    await create(perTenant("acme"));
    const second = await createWaiting(twin(), perTenant("acme"));
    const third = await createWaiting(twin(), perTenant("acme"));
    expect(await ask(twin(), second)).toBe("limited");
    expect(await ask(twin(), third)).toBe("limited");
    expect(await ask(twin(), second)).toBe("limited");
    expect(await store.permitWait(third)).toMatchObject({ before: 1 });
  });

  test("whoever is smaller in priority goes first, then whoever came first", async () => {
    const { store, activate, create } = twin();
    const { fence } = await activate(await create(perTenant("acme")));
    await createWaiting(twin(), { ...perTenant("acme"), priority: 9 });
    const urgent = await createWaiting(twin(), { ...perTenant("acme"), priority: 1 });
    expect(await store.finish(sampleFinish(fence))).toMatchObject({ granted: [wakeOf(urgent)] });
  });

  test("a run that is cancelled before it began leaves the line; so does one that is terminated", async () => {
    const { store, create } = twin();
    const first = await create(perTenant("acme"));
    const [second, third] = [
      await createWaiting(twin(), perTenant("acme")),
      await createWaiting(twin(), perTenant("acme")),
    ];
    expect(await store.requestCancel({ runId: second, reason: "no", by: "ann" })).toEqual({
      ...{ tag: "cancelled", pool: "default" },
    });
    expect(await ask(twin(), second)).toBe("ended");
    await store.terminateRun({ runId: third, by: "ann" });
    expect(await scopesOf(twin())).toEqual([
      { workflow: "review", key: "acme", limit: 1, held: 1, waiting: 0 },
    ]);
    const fourth = await createWaiting(twin(), perTenant("acme"));
    // Nobody works on the first one, so its permit goes on at once.
    expect(await store.requestCancel({ runId: first, reason: "no", by: "ann" })).toMatchObject({
      granted: [wakeOf(fourth)],
    });
  });

  test("a run that was handed back and is asked to end needs no permit for its always block", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create(perTenant("acme")));
    await store.release(sampleCommit(first.fence));
    const second = await createWaiting(twin(), perTenant("acme"));
    expect(await store.requestCancel({ runId: first.fence.runId, reason: "no", by: "ann" })).toMatchObject({
      ...{ tag: "requested", granted: [wakeOf(second)] },
    });
    expect((await takeOver(first)).run.status).toBe("cancelling");
  });

  test("a run that is given up as a crash loop gives its permit back", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create(perTenant("acme")));
    const second = await createWaiting(twin(), perTenant("acme"));
    const error = { code: "crash_loop", message: "died" };
    const { runId, nonce: leaseToken } = fence;
    expect(await store.failUnowned({ runId, leaseToken, error, retentionMs: 60_000 })).toEqual({
      ...{ tag: "finished", granted: [wakeOf(second)] },
    });
  });

  test("a key has its permits and the workflow has: keys take turns, whoever has a key's waits with it", async () => {
    const { store, create, activate, clock } = twin();
    const both = (key: string): Partial<NewRun> => ({ concurrency: { key, limit: 2, total: 2 } });
    const [a1, a2] = [await create(both("a")), await create(both("a"))];
    const flood = [await createWaiting(twin(), both("a")), await createWaiting(twin(), both("a"))];
    const b1 = await createWaiting(twin(), both("b"));
    expect(await store.readRun(b1)).toMatchObject({ blockedOn: [{ type: "limit", workflow: "review" }] });
    const first = await activate(a1);
    // The next of `a` gets the key's permit and stands behind `b` for the workflow's.
    expect(await store.finish(sampleFinish(first.fence))).toMatchObject({ granted: [wakeOf(b1)] });
    expect(await store.permitWait(flood[0] ?? "")).toMatchObject({ held: 2, before: 0 });
    expect((await store.permitWait(flood[0] ?? ""))?.key).toBeUndefined();
    clock.advance(1);
    const second = await activate(a2);
    expect(await store.finish(sampleFinish(second.fence))).toMatchObject({
      granted: [wakeOf(flood[0] ?? "")],
    });
  });

  test("a total that others declare is not about a run that declares none", async () => {
    const { create } = twin();
    await create({ concurrency: { key: "a", limit: 5, total: 1 } });
    await createWaiting(twin(), { concurrency: { key: "b", limit: 5, total: 1 } });
    await create({ concurrency: { key: "c", limit: 5 } });
  });

  test("without a key the workflow is limited, and other workflows are not", async () => {
    const { create } = twin();
    const limited = { concurrency: { limit: 1 } };
    await create(limited);
    await createWaiting(twin(), limited);
    await create({ ...limited, workflow: "review-2" });
    await create({ workflow: "review" });
  });

  test("the newest start decides about its scope; one that goes on later does not", async () => {
    const { store, create, activate } = twin();
    const old = await create(perTenant("acme", 1));
    const { fence } = await activate(old);
    const second = await createWaiting(twin(), perTenant("acme", 1));
    await create(perTenant("acme", 3));
    expect(await store.permitWait(second)).toBeUndefined();
    expect(await scopesOf(twin())).toMatchObject([{ limit: 3, held: 3, waiting: 0 }]);
    await store.finish(sampleFinish(fence));
    expect(await ask(twin(), second)).toBe("activated");
    expect(await scopesOf(twin())).toMatchObject([{ limit: 3, held: 2 }]);
  });

  test("keys may hold anything; scopes come in pages", async () => {
    const { store, create } = twin();
    const keys = ["", " ", "a b/c", "a%20b", "ü\n", "💥", "!"];
    for (const key of keys) await create(perTenant(key));
    const rows: (string | undefined)[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await store.listScopes({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      rows.push(...page.rows.map(({ key }) => key));
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    expect(rows.sort()).toEqual([...keys].sort());
    for (const key of keys) await createWaiting(twin(), perTenant(key));
  });

  test.each([
    ["a key that is too long", { concurrency: { key: "k".repeat(257), limit: 1 } }, "too_large"],
    ["a key of a rate that is too long", { rate: { key: "ü".repeat(129), limit: 1, perMs: 1 } }, "too_large"],
    ["a workflow that cannot be published", { workflow: "a b", concurrency: { limit: 1 } }, "invalid_usage"],
  ] as const)("%s is refused before anything is written", async (_what, run, code) => {
    const { store } = twin();
    await expect(store.createRun(sampleRun(run))).rejects.toMatchObject({ code });
    expect((await store.listRuns({ limit: 1 })).rows).toEqual([]);
  });
});
