/** Waiting for the end of a run: told at once, never missed, bounded. Both stores, the same answers. */
import { describe, expect, test } from "vitest";
import { sampleCommit, sampleFinish } from "./samples.js";
import { describeTwins, useRedisTwin } from "./twins.js";

const long = 60_000;

describeTwins("the end of a run", (twin) => {
  test("is told to everybody who waits for it, not what comes before it", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    const waits = [1, 2, 3].map(() => store.awaitEnd({ runId, waitMs: long }));
    const steps = store.awaitEnd({ runId, waitMs: 30 });
    await store.commit(sampleCommit(fence));
    expect(await steps).toBe(false);
    await store.finish(sampleFinish(fence));
    expect(await Promise.all(waits)).toEqual([true, true, true]);
  });

  test("is known to who comes later, as is that there is no such run", async () => {
    const { store, create } = twin();
    const runId = await create();
    await store.terminateRun({ runId, by: "ann" });
    expect(await store.awaitEnd({ runId, waitMs: long })).toBe(true);
    expect(await store.awaitEnd({ runId: "x", waitMs: long })).toBe(true);
  });

  test("is not waited for longer than wanted, nor by a wait that was stopped", async () => {
    const { store, create } = twin();
    const runId = await create();
    expect(await store.awaitEnd({ runId, waitMs: 0 })).toBe(false);
    expect(await store.awaitEnd({ runId, waitMs: 20 })).toBe(false);
    const stop = new AbortController();
    const waiting = store.awaitEnd({ runId, waitMs: long, signal: stop.signal });
    stop.abort();
    expect(await waiting).toBe(false);
    expect(await store.awaitEnd({ runId, waitMs: long, signal: stop.signal })).toBe(false);
  });
});

describe("in Redis", () => {
  const twin = useRedisTwin();

  test("a channel lasts as long as somebody waits on it, and closing the store ends all waits", async () => {
    const { store, redis, tag, create } = twin();
    const runId = await create();
    const heard = async () => (await redis.call("PUBSUB", "CHANNELS", `${tag}:run:*`)) as string[];
    const stop = new AbortController();
    const [stopped, closed] = [
      store.awaitEnd({ runId, waitMs: long, signal: stop.signal }),
      store.awaitEnd({ runId, waitMs: long }),
    ];
    await expect.poll(heard).toEqual([`${tag}:run:${runId}`]);
    stop.abort();
    expect(await stopped).toBe(false);
    expect(await heard()).toHaveLength(1);
    await store.close();
    expect(await closed).toBe(false);
    await expect.poll(heard).toEqual([]);
  });
});
