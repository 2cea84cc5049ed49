/** The history of a run: in order, bounded, followed while it grows. Both stores, the same answers. */
import { describe, expect, inject, test } from "vitest";
import { sampleCommit } from "./samples.js";
import { describeTwins, useRedisTwin } from "./twins.js";

describeTwins("history", (twin) => {
  const fact = (iteration: number) => ({ type: "loop.iterated", address: "b.0", iteration }) as const;

  test("facts come back in order, in pages", async () => {
    const { store, create, activate, clock } = twin();
    const { fence } = await activate(await create());
    await store.commit(sampleCommit(fence, { facts: [fact(1), fact(2)] }));
    clock.advance(5);
    await store.commit(sampleCommit(fence, { facts: [fact(3)] }));
    const { runId } = fence;
    const [acquired, ...rest] = await store.readHistory({ runId, limit: 10 });
    expect(acquired?.type).toBe("lease.acquired");
    expect(rest).toMatchObject([
      { ...fact(1), at: clock.now() - 5 },
      fact(2),
      { ...fact(3), at: clock.now() },
    ]);
    expect(await store.readHistory({ runId, limit: 2, after: acquired?.id ?? "" })).toEqual(rest.slice(0, 2));
    expect(await store.readHistory({ runId, limit: 2, after: rest.at(-1)?.id ?? "" })).toEqual([]);
    expect(await store.readHistory({ runId: "x", limit: 2 })).toEqual([]);
  });

  test("a follower gets what is there at once, and waits for what comes", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    const [first] = await store.followHistory({ runId, after: "0", blockMs: 5_000 });
    expect(first?.type).toBe("lease.acquired");
    const after = first?.id ?? "";
    const followers = [1, 2].map(() => store.followHistory({ runId, after, blockMs: 5_000 }));
    await store.commit(sampleCommit(fence, { facts: [fact(1)] }));
    for (const events of await Promise.all(followers)) expect(events).toMatchObject([fact(1)]);
  });

  test("who follows before anything has happened hears of the first fact", async () => {
    const { store, create, activate } = twin();
    const runId = await create();
    const following = store.followHistory({ runId, after: "0", blockMs: 5_000 });
    await activate(runId);
    expect(await following).toMatchObject([{ type: "lease.acquired" }]);
  });

  test("who follows from the newest event gets what comes after it and nothing else", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    expect(await store.newestEventId("x")).toBe("0-0");
    const after = await store.newestEventId(runId);
    await store.commit(sampleCommit(fence, { facts: [fact(1)] }));
    expect(await store.followHistory({ runId, after, blockMs: 5_000 })).toMatchObject([fact(1)]);
    const newest = await store.newestEventId(runId);
    expect(await store.followHistory({ runId, after: newest, blockMs: 0 })).toEqual([]);
  });

  test("a follower that hears nothing answers empty after its time, or at once when it is stopped", async () => {
    const { store, create } = twin();
    const runId = await create();
    expect(await store.followHistory({ runId, after: "0", blockMs: 0 })).toEqual([]);
    expect(await store.followHistory({ runId, after: "0", blockMs: 20 })).toEqual([]);
    const stop = new AbortController();
    const following = store.followHistory({ runId, after: "0", blockMs: 60_000, signal: stop.signal });
    stop.abort();
    expect(await following).toEqual([]);
    expect(await store.followHistory({ runId, after: "0", blockMs: 60_000, signal: stop.signal })).toEqual(
      [],
    );
  });

  test("closing the store ends all waiting", async () => {
    const { store, create } = twin();
    const runId = await create();
    const following = store.followHistory({ runId, after: "0", blockMs: 60_000 });
    await new Promise((resolve) => setImmediate(resolve));
    await store.close();
    expect(await following).toEqual([]);
  });
});

describe.skipIf(inject("redisKind") === "js")("in Redis", () => {
  const twin = useRedisTwin();

  test("a history sets no room aside for facts that may never come", async () => {
    const { redis, tag, create, activate } = twin();
    const { fence } = await activate(await create());
    const bytes = await redis.memory("USAGE", `${tag}:run:${fence.runId}:events`);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(2_048);
  });
});
