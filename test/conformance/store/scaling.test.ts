/** What is remembered about the sizes of pools, in both stores: one row of turns for each pool, in bounded space. */
import { limits } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleFinish, samplePark } from "./samples.js";
import { describeTwins } from "./twins.js";

const dayMs = 86_400_000;

describeTwins("scaling", (twin) => {
  test("a turn follows the last one of its pool, and nobody's else", async () => {
    const { store, clock } = twin();
    expect(await store.keepScalingTurn({ pool: "gpu", turn: "1" })).toEqual({ tag: "kept" });
    expect(await store.keepScalingTurn({ pool: "gpu", turn: "1b" })).toEqual({ tag: "overtaken", last: "1" });
    expect(await store.keepScalingTurn({ pool: "gpu", before: "1", turn: "2" })).toEqual({ tag: "kept" });
    expect(await store.keepScalingTurn({ pool: "gpu", before: "1", turn: "2b" })).toMatchObject({
      last: "2",
    });
    expect(await store.keepScalingTurn({ pool: "default", before: "0", turn: "1" })).toEqual({
      tag: "overtaken",
    });
    expect(await store.readScaling()).toEqual({
      ...{ now: clock.now(), policies: new Map(), turns: new Map([["gpu", "2"]]), used: [] },
    });
  });

  test("of so many pools turns are kept; one that nobody asks about makes room after a day", async () => {
    const { store, clock } = twin();
    for (let count = 0; count < limits.scalingPoolsMax; count++)
      await store.keepScalingTurn({ pool: `p${count}`, turn: "1" });
    expect(await store.keepScalingTurn({ pool: "more", turn: "1" })).toEqual({ tag: "full" });
    clock.advance(dayMs - 1);
    for (let count = 1; count < limits.scalingPoolsMax; count++)
      await store.keepScalingTurn({ pool: `p${count}`, before: "1", turn: "2" });
    expect(await store.keepScalingTurn({ pool: "more", turn: "1" })).toEqual({ tag: "full" });
    clock.advance(1);
    expect(await store.keepScalingTurn({ pool: "more", turn: "1" })).toEqual({ tag: "kept" });
    const { turns } = await store.readScaling();
    expect([turns.size, turns.has("p0"), turns.get("more")]).toEqual([limits.scalingPoolsMax, false, "1"]);
  });

  test("pools that runs were created for are known for a day, the newest of them, and the usual one is not named", async () => {
    const { store, create, clock } = twin();
    await create();
    await create({ pool: "gpu" });
    clock.advance(dayMs);
    expect((await store.readScaling()).used).toEqual(["gpu"]);
    clock.advance(1);
    expect((await store.readScaling()).used).toEqual([]);
    for (let count = 0; count <= limits.scalingPoolsMax; count++) {
      await create({ pool: `p${count}` });
      clock.advance(1);
    }
    const { used } = await store.readScaling();
    expect([used.length, used.at(0), used.at(-1)]).toEqual([limits.scalingPoolsMax, "p1", "p100"]);
  });

  test("what operators set is kept until it is taken back, for so many pools", async () => {
    const { store } = twin();
    expect(await store.setScaling({ pool: "gpu" })).toBe("not_set");
    expect(await store.setScaling({ pool: "gpu", policy: "a" })).toBe("set");
    expect(await store.setScaling({ pool: "gpu", policy: "b" })).toBe("set");
    expect((await store.readScaling()).policies).toEqual(new Map([["gpu", "b"]]));
    for (let count = 1; count < limits.scalingPoolsMax; count++)
      await store.setScaling({ pool: `p${count}`, policy: "a" });
    expect(await store.setScaling({ pool: "more", policy: "a" })).toBe("full");
    expect(await store.setScaling({ pool: "gpu", policy: "c" })).toBe("set");
    expect(await store.setScaling({ pool: "gpu" })).toBe("removed");
    expect(await store.setScaling({ pool: "more", policy: "a" })).toBe("set");
  });

  test("a fresh run is ready since its start, however often sweepers told it", async () => {
    const { store, create, clock } = twin();
    const startedAt = clock.now();
    const runId = await create();
    expect(await store.readySince(runId)).toBe(startedAt);
    clock.advance(100_000);
    expect(await store.wakeable({ limit: 10 })).toEqual([runId]);
    expect(await store.readySince(runId)).toBe(startedAt);
  });

  test("a delayed run is ready since the end of its delay", async () => {
    const { store, create, clock } = twin();
    const runId = await create({ delayMs: 5_000 });
    clock.advance(9_000);
    await store.wakeable({ limit: 10 });
    expect(await store.readySince(runId)).toBe(clock.now() - 4_000);
  });

  test("a run that goes on is ready since what it waited for came", async () => {
    const { store, create, activate, clock } = twin();
    const runId = await create();
    const { fence } = await activate(runId);
    expect(await store.readySince(runId)).toBeUndefined();
    await store.park(samplePark(fence));
    clock.advance(1_000);
    const at = clock.now();
    await store.appendEvent({ runId, event: { type: "signalReceived", at, name: "go" } });
    expect(await store.readySince(runId)).toBe(at);
    clock.advance(40_000);
    await store.wakeable({ limit: 10 });
    expect(await store.readySince(runId)).toBe(at);
  });

  test("of a run that waited for a permit, or is over, or never was, nobody knows", async () => {
    const { store, create, activate, clock } = twin();
    const runId = await create({ concurrency: { limit: 1 } });
    clock.advance(1_000);
    await store.wakeable({ limit: 10 });
    expect(await store.readySince(runId)).toBeUndefined();
    const { fence } = await activate(await create());
    await store.finish(sampleFinish(fence));
    expect(await store.readySince(fence.runId)).toBeUndefined();
    expect(await store.readySince("never")).toBeUndefined();
  });
});
