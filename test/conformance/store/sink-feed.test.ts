// The feed of all runs and the places of sinks in it. Both stores, the same answers.
import type { FleetEvent } from "@runfleet/model";
import { createRedisStore } from "@runfleet/store";
import { describe, expect, test } from "vitest";
import { sampleCommit } from "./samples.js";
import { describeTwins, useRedisTwin } from "./twins.js";

describeTwins("sink feed", (twin) => {
  const iterated = (iteration: number) => ({ type: "loop.iterated", address: "b.0", iteration }) as const;

  test("the feed tells the facts of all runs in their order, in pages, each once", async () => {
    const { store, create, activate, clock } = twin();
    const one = (await activate(await create())).fence;
    const two = (await activate(await create())).fence;
    for (const n of [1, 2]) {
      await store.commit(sampleCommit(one, { facts: [iterated(n)] }));
      clock.advance(1);
      await store.commit(sampleCommit(two, { facts: [iterated(n)] }));
    }
    const seen: FleetEvent[] = [];
    for (let after = "0-0"; ; ) {
      const { events, isCut } = await store.readFleetEvents({ after, limit: 2 });
      expect(isCut).toBe(false);
      const last = events.at(-1);
      if (last === undefined) break;
      seen.push(...events);
      after = last.id;
    }
    for (const { runId } of [one, two]) {
      expect(seen.filter((event) => event.runId === runId)).toMatchObject([
        ...[{ type: "lease.acquired" }, iterated(1), iterated(2)],
      ]);
    }
    expect(seen).toHaveLength(6);
    expect(seen.at(-1)?.at).toBe(clock.now());
  });

  test("one worker at a time has a sink's place; another gets it when the time is over, where it was", async () => {
    const { store, clock } = twin();
    const ask = { sink: "archive", ttlMs: 1_000 };
    expect(await store.claimSink({ ...ask, workerId: "w 1" })).toEqual({ tag: "held", after: "0-0" });
    expect(await store.claimSink({ ...ask, workerId: "w2" })).toEqual({ tag: "busy" });
    expect(await store.claimSink({ ...ask, workerId: "w 1", after: "5-1" })).toEqual({
      tag: "held",
      after: "5-1",
    });
    clock.advance(999);
    expect(await store.claimSink({ ...ask, workerId: "w2" })).toEqual({ tag: "busy" });
    clock.advance(1);
    expect(await store.claimSink({ ...ask, workerId: "w2" })).toEqual({ tag: "held", after: "5-1" });
  });

  test("who was overtaken cannot move the place any more", async () => {
    const { store, clock } = twin();
    const ask = { sink: "archive", ttlMs: 1_000 };
    await store.claimSink({ ...ask, workerId: "w1" });
    clock.advance(1_000);
    await store.claimSink({ ...ask, workerId: "w2" });
    expect(await store.claimSink({ ...ask, workerId: "w1", after: "9-9" })).toEqual({ tag: "busy" });
    expect(await store.claimSink({ ...ask, workerId: "w2" })).toEqual({ tag: "held", after: "0-0" });
  });

  test("nobody moves a place without having it", async () => {
    const { store } = twin();
    const ask = { sink: "archive", ttlMs: 1_000, workerId: "w1" };
    expect(await store.claimSink({ ...ask, after: "9-9" })).toEqual({ tag: "busy" });
    expect(await store.claimSink(ask)).toEqual({ tag: "held", after: "0-0" });
  });

  test("a place that is given back is free at once, and each sink has its own", async () => {
    const { store } = twin();
    const ask = { sink: "archive", ttlMs: 1_000 };
    await store.claimSink({ ...ask, workerId: "w1" });
    expect(await store.claimSink({ ...ask, sink: "audit", workerId: "w2" })).toMatchObject({ tag: "held" });
    await store.claimSink({ ...ask, workerId: "w1", ttlMs: 0 });
    expect(await store.claimSink({ ...ask, workerId: "w2" })).toMatchObject({ tag: "held" });
  });

  test("are listed by name with who has them now and what they lack", async () => {
    const { store, create, activate, clock } = twin();
    expect(await store.listSinks({ limit: 100 })).toEqual([]);
    const at = clock.now();
    const { fence } = await activate(await create());
    await store.claimSink({ sink: "behind", workerId: "w 1", ttlMs: 1_000 });
    await store.claimSink({ sink: "archive", workerId: "w2", ttlMs: 500 });
    const { events } = await store.readFleetEvents({ after: "0-0", limit: 100 });
    const after = events.at(-1)?.id ?? "";
    await store.claimSink({ sink: "archive", workerId: "w2", ttlMs: 500, after });
    const behind = { sink: "behind", holder: { workerId: "w 1", until: at + 1_000 }, behindSince: at };
    expect(await store.listSinks({ limit: 100 })).toEqual([
      { sink: "archive", holder: { workerId: "w2", until: at + 500 } },
      behind,
    ]);
    clock.advance(500);
    await store.commit(sampleCommit(fence, { facts: [iterated(1)] }));
    expect(await store.listSinks({ limit: 100 })).toEqual([
      { sink: "archive", behindSince: at + 500 },
      behind,
    ]);
    await store.claimSink({ sink: "behind", workerId: "w 1", ttlMs: 0 });
    expect(await store.listSinks({ limit: 100 })).toEqual([
      { sink: "archive", behindSince: at + 500 },
      { sink: "behind", behindSince: at },
    ]);
    expect(await store.listSinks({ limit: 1 })).toHaveLength(1);
  });
});

describe("sink feed, on Redis alone", () => {
  const twin = useRedisTwin();

  test("an event has one time, in the history of its run and in the feed, by the clock of Redis as well", async () => {
    const { redis, tag, create, leases } = twin();
    const store = createRedisStore({ redis, namespace: tag.slice(1, -":0}".length) });
    const times = new Map<string, number>();
    for (let runs = 0; runs < 300; runs += 1) {
      const runId = await create();
      const taken = await leases.acquire(runId, 60_000);
      if (taken.tag !== "held") throw new Error(taken.tag);
      await store.activate({ runId, leaseToken: taken.lease.token, owner: "w", recoveriesMax: 5 });
      const [event] = await store.readHistory({ runId, limit: 5 });
      times.set(runId, event?.at ?? 0);
    }
    const { events } = await store.readFleetEvents({ after: "0-0", limit: 400 });
    expect(new Map(events.map(({ runId, at }) => [runId, at]))).toEqual(times);
    await store.close();
  });

  test("a feed that dropped what was not read says so", async () => {
    const { store, redis, tag, create, activate } = twin();
    await activate(await create());
    const { events } = await store.readFleetEvents({ after: "0-0", limit: 5 });
    const after = events.at(-1)?.id ?? "";
    await activate(await create());
    await redis.xtrim(`${tag}:events`, "MAXLEN", 1);
    const page = await store.readFleetEvents({ after, limit: 5 });
    expect({ isCut: page.isCut, count: page.events.length }).toEqual({ isCut: true, count: 1 });
  });
});
