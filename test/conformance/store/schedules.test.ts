// What is remembered of schedules, and who of several is first. Both stores, the same answers.
import { type Firing, limits, type ScheduleSpec } from "@runfleet/model";
import { createRedisStore } from "@runfleet/store";
import { describe, expect, test } from "vitest";
import { describeTwins, useRedisTwin } from "./twins.js";

const spec: ScheduleSpec = {
  ...{ workflow: "w", inputs: { a: "1", b: "2" }, everyMs: 1_000, timezone: "UTC" },
  ...{ overlap: "skip", catchUpMs: 60_000, catchUp: "all" },
};
const started = (dueAt: number, runId = `RUN-${dueAt}`): Firing => ({
  ...{ dueAt, at: dueAt + 5, outcome: "started", runId },
});

describeTwins("schedules", (twin) => {
  /** A schedule that stands at 11,000; the clock is at 10,000. */
  async function add(members: Partial<ScheduleSpec> = {}, name = "nightly") {
    const { store } = twin();
    await store.putSchedule({ name, spec: { ...spec, ...members }, dueAt: 11_000 });
    return await read(name);
  }
  async function read(name = "nightly") {
    const schedule = await twin().store.readSchedule(name);
    if (schedule === undefined) throw new Error(`there is no schedule ${name}`);
    return schedule;
  }
  const claim = async () => {
    const { schedules, nextAt } = await twin().store.claimSchedules({ limit: 10, claimMs: 3_000 });
    return { names: schedules.map(({ name }) => name), nextAt };
  };

  test("one that was added is there with all that was said", async () => {
    const { store, clock } = twin();
    expect(await store.time()).toBe(clock.now());
    expect(await store.putSchedule({ name: "nightly", spec, dueAt: 11_000 })).toEqual({ tag: "created" });
    expect(await read()).toEqual({
      ...{ name: "nightly", spec, revision: 10_000, dueAt: 11_000, missed: 0 },
      ...{ createdAt: 10_000, changedAt: 10_000 },
    });
    expect(await store.readSchedule("another")).toBeUndefined();
  });

  test("the same again changes nothing, in whatever order it is written", async () => {
    const { store, clock } = twin();
    const before = await add();
    clock.advance(7_777);
    const { inputs: _, ...rest } = spec;
    const again = { inputs: { b: "2", a: "1" }, ...rest };
    expect(await store.putSchedule({ name: "nightly", spec: again, dueAt: 99_000 })).toEqual({
      tag: "unchanged",
    });
    expect(await read()).toEqual(before);
  });

  test("other inputs leave the due time where it is, another rule does not", async () => {
    const { store, clock } = twin();
    const first = await add();
    clock.advance(100);
    expect(
      await store.putSchedule({ name: "nightly", spec: { ...spec, inputs: {} }, dueAt: 99_000 }),
    ).toEqual({
      tag: "replaced",
    });
    const second = await read();
    expect(second).toMatchObject({
      dueAt: 11_000,
      changedAt: 10_100,
      createdAt: 10_000,
      spec: { inputs: {} },
    });
    expect(second.revision).toBeGreaterThan(first.revision);
    await store.putSchedule({ name: "nightly", spec: { ...spec, everyMs: 2_000 }, dueAt: 12_000 });
    expect((await read()).revision).toBeGreaterThan(second.revision);
    expect((await read()).dueAt).toBe(12_000);
    await store.putSchedule({ name: "nightly", spec: { ...spec, everyMs: 3_000 } });
    expect((await read()).dueAt).toBeUndefined();
    clock.advance(60_000);
    expect(await claim()).toEqual({ names: [], nextAt: undefined });
  });

  test("a due schedule is told to one, and to another when the first has not moved it", async () => {
    const { clock } = twin();
    await add();
    expect(await claim()).toEqual({ names: [], nextAt: 11_000 });
    clock.advance(1_000);
    expect(await claim()).toEqual({ names: ["nightly"], nextAt: 14_000 });
    expect(await claim()).toEqual({ names: [], nextAt: 14_000 });
    expect((await read()).dueAt).toBe(11_000);
    clock.advance(3_000);
    expect((await claim()).names).toEqual(["nightly"]);
  });

  test("the longest due come first, no more than asked for", async () => {
    const { store, clock } = twin();
    for (const [index, name] of ["c", "a", "b"].entries()) {
      await store.putSchedule({ name, spec, dueAt: 10_500 + index });
    }
    clock.advance(1_000);
    const { schedules, nextAt } = await store.claimSchedules({ limit: 2, claimMs: 3_000 });
    expect(schedules.map(({ name }) => name)).toEqual(["c", "a"]);
    expect(nextAt).toBe(10_502);
  });

  test("a due time is moved once; whoever comes later is told so and changes nothing", async () => {
    const { store, clock } = twin();
    const { revision } = await add();
    clock.advance(1_000);
    await claim();
    const move = { name: "nightly", revision, firing: started(11_000), next: 12_000 };
    expect(await store.moveSchedule(move)).toBe("done");
    expect(await read()).toMatchObject({
      dueAt: 12_000,
      lastRunId: "RUN-11000",
      lastFiring: started(11_000),
    });
    expect(await store.moveSchedule(move)).toBe("moved");
    expect(await store.moveSchedule({ ...move, firing: { ...started(11_000), outcome: "skipped" } })).toBe(
      "moved",
    );
    expect(await store.listFirings({ name: "nightly", limit: 10 })).toEqual([started(11_000)]);
    expect(await store.moveSchedule({ ...move, name: "gone" })).toBe("not_found");
    expect(await claim()).toEqual({ names: [], nextAt: 12_000 });
  });

  test("a time worked out by another spec moves nothing, and its run is not forgotten", async () => {
    const { store, clock } = twin();
    const { revision } = await add();
    clock.advance(1_000);
    await add({ inputs: {} });
    const move = { name: "nightly", revision, firing: started(11_000), next: 12_000 };
    expect(await store.moveSchedule(move)).toBe("moved");
    expect(await read()).toMatchObject({ dueAt: 11_000, lastRunId: "RUN-11000" });
    const { revision: newer } = await read();
    expect(await store.moveSchedule({ ...move, revision: newer })).toBe("done");
  });

  test("missed due times are counted, and an error stays until a run starts", async () => {
    const { store } = twin();
    const { revision } = await add();
    const error = { code: "workflow_not_found", message: "it is not published" };
    const failed: Firing = { dueAt: 11_000, at: 11_000, outcome: "failed", error };
    await store.moveSchedule({ name: "nightly", revision, firing: failed, next: 12_000 });
    expect(await read()).toMatchObject({ error, lastFiring: failed, missed: 0 });
    const missed: Firing = { dueAt: 12_000, at: 99_000, outcome: "missed", missed: 7 };
    await store.moveSchedule({ name: "nightly", revision, firing: missed, next: 19_000 });
    expect(await read()).toMatchObject({ error, missed: 7, dueAt: 19_000 });
    await store.moveSchedule({ name: "nightly", revision, firing: started(19_000) });
    const last = await read();
    expect(last).toMatchObject({ missed: 7, lastRunId: "RUN-19000" });
    expect(last).not.toHaveProperty("error");
    expect(last).not.toHaveProperty("dueAt");
    expect((await claim()).nextAt).toBeUndefined();
  });

  test("the newest firings are kept, newest first, those by hand among them", async () => {
    const { store } = twin();
    const { revision } = await add();
    for (let n = 0; n < limits.firingsMax + 3; n += 1) {
      const dueAt = 11_000 + n * 1_000;
      await store.moveSchedule({ name: "nightly", revision, firing: started(dueAt), next: dueAt + 1_000 });
    }
    const byHand: Firing = { ...started(12_345_678, "H"), by: "ops" };
    expect(await store.recordFiring({ name: "nightly", firing: byHand })).toBe("done");
    expect(await store.recordFiring({ name: "gone", firing: byHand })).toBe("not_found");
    const firings = await store.listFirings({ name: "nightly", limit: 500 });
    expect(firings).toHaveLength(limits.firingsMax);
    expect(firings[0]).toEqual(byHand);
    expect(firings.at(-1)?.dueAt).toBe(15_000);
    expect(await store.listFirings({ name: "nightly", limit: 1 })).toHaveLength(1);
    expect(await store.listFirings({ name: "gone", limit: 1 })).toEqual([]);
    expect((await read()).lastRunId).toBe("H");
  });

  test("a firing that is told late does not become the last one", async () => {
    const { store } = twin();
    await add();
    await store.recordFiring({ name: "nightly", firing: started(20_000) });
    await store.recordFiring({ name: "nightly", firing: started(15_000) });
    expect((await read()).lastRunId).toBe("RUN-20000");
  });

  test("a paused one is told to nobody, keeps its place, and goes on where it is told to", async () => {
    const { store, clock } = twin();
    const { revision } = await add();
    expect(await store.pauseSchedule({ name: "nightly", by: "ops" })).toBe("paused");
    expect(await store.pauseSchedule({ name: "nightly", by: "others" })).toBe("already");
    expect(await read()).toMatchObject({ dueAt: 11_000, paused: { at: 10_000, by: "ops" } });
    clock.advance(5_000);
    expect(await claim()).toEqual({ names: [], nextAt: undefined });
    // Somebody who had it already tells of its run; that does not wake it.
    await store.moveSchedule({ name: "nightly", revision, firing: started(11_000), next: 12_000 });
    await store.putSchedule({ name: "nightly", spec: { ...spec, everyMs: 2_000 }, dueAt: 12_000 });
    expect((await claim()).names).toEqual([]);
    const again = { name: "nightly", dueAt: 16_000 };
    expect(await store.resumeSchedule({ ...again, revision })).toBe("changed");
    const { revision: newer } = await read();
    expect(await store.resumeSchedule({ ...again, revision: newer })).toBe("resumed");
    expect(await store.resumeSchedule({ ...again, revision: newer })).toBe("not_paused");
    expect(await read()).not.toHaveProperty("paused");
    expect(await claim()).toEqual({ names: [], nextAt: 16_000 });
    expect(await store.pauseSchedule({ name: "gone", by: "ops" })).toBe("not_found");
    expect(await store.resumeSchedule({ name: "gone", revision })).toBe("not_found");
  });

  test("one that is removed is gone with its history, and comes back with a larger revision", async () => {
    const { store } = twin();
    const { revision } = await add();
    await store.moveSchedule({ name: "nightly", revision, firing: started(11_000), next: 12_000 });
    expect(await store.removeSchedule("nightly")).toBe(true);
    expect(await store.removeSchedule("nightly")).toBe(false);
    expect(await store.readSchedule("nightly")).toBeUndefined();
    expect((await claim()).nextAt).toBeUndefined();
    twin().clock.advance(1);
    expect((await add()).revision).toBeGreaterThan(revision);
    expect(await store.listFirings({ name: "nightly", limit: 10 })).toEqual([]);
  });

  test("they are listed by name in pages", async () => {
    const { store } = twin();
    for (const name of ["c", "a", "b"]) await add({}, name);
    const first = await store.listSchedules({ limit: 2 });
    expect(first.rows.map(({ name }) => name)).toEqual(["a", "b"]);
    const cursor = first.cursor ?? "";
    const second = await store.listSchedules({ limit: 2, cursor });
    expect(second.rows.map(({ name }) => name)).toEqual(["c"]);
    expect(second.cursor).toBeUndefined();
  });
});

describe("many at once", () => {
  const twin = useRedisTwin();

  test("twenty that register the same leave one schedule at one due time", async () => {
    const { store } = twin();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => store.putSchedule({ name: "n", spec, dueAt: 11_000 + n })),
    );
    expect(replies.filter(({ tag }) => tag === "created")).toHaveLength(1);
    expect(replies.filter(({ tag }) => tag === "unchanged")).toHaveLength(19);
    expect((await store.listSchedules({ limit: 10 })).rows).toHaveLength(1);
  });

  test("the ten thousand and first is refused", async () => {
    const { store, redis, tag } = twin();
    const names = Array.from({ length: limits.schedulesMax }, (_, n) => ["0", `s${n}`]).flat();
    await redis.zadd(`${tag}:schedules`, ...names);
    expect(await store.putSchedule({ name: "more", spec, dueAt: 11_000 })).toEqual({ tag: "full" });
    expect(await store.readSchedule("more")).toBeUndefined();
  });

  test("the time is the server's", async () => {
    const { redis } = twin();
    const store = createRedisStore({ redis, namespace: "unused" });
    const seconds = async () => Number((await redis.time())[0]);
    const before = await seconds();
    const now = await store.time();
    expect(Math.floor(now / 1_000)).toBeGreaterThanOrEqual(before);
    expect(Math.floor(now / 1_000)).toBeLessThanOrEqual(await seconds());
    await store.close();
  });
});
