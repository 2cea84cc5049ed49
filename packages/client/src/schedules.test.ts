import { afterAll, afterEach, describe, expect, inject, test } from "vitest";
import { openClientFleet } from "../../../test/support/client-fleet.js";
import type { ScheduleOptions } from "./client-options.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet } = under;
afterAll(() => under.close());
afterEach(async () => {
  const { schedules } = await fleet.schedules();
  for (const { name } of schedules) await fleet.unschedule(name);
});

const nightly: ScheduleOptions = {
  ...{ workflow: "greet", cron: "0 3 * * *", timezone: "Europe/Berlin", inputs: { whom: "you" } },
};

describe("a schedule", () => {
  test("is added with the defaults of what was not said", async () => {
    const { change, schedule } = await fleet.schedule("nightly", nightly);
    expect(change).toBe("created");
    expect(schedule).toEqual({
      ...{ name: "nightly", workflow: "greet", cron: "0 3 * * *", everyMs: null, timezone: "Europe/Berlin" },
      ...{ startAt: null, endAt: null, inputs: { whom: "you" }, overlap: "skip", catchUpMs: 60_000 },
      ...{ catchUp: "all", label: null, priority: null, pool: null, paused: null, missed: 0 },
      ...{ lastFiring: null, lastRun: null, error: null },
      nextDue: expect.stringMatching(/T0[12]:00:00\.000Z$/),
      createdAt: expect.any(String),
      changedAt: schedule.createdAt,
    });
    expect(await fleet.getSchedule("nightly")).toEqual(schedule);
    expect(await fleet.schedules()).toEqual({ schedules: [schedule], cursor: null });
  });

  test("added again is unchanged, with other inputs replaced at the same due time", async () => {
    const first = await fleet.schedule("hourly", { ...nightly, cron: "0 * * * *" });
    expect(await fleet.schedule("hourly", { ...nightly, cron: "0 * * * *" })).toEqual({
      ...first,
      change: "unchanged",
    });
    const other = await fleet.schedule("hourly", { ...nightly, cron: "0 * * * *", inputs: { whom: "me" } });
    expect(other).toMatchObject({ change: "replaced", schedule: { inputs: { whom: "me" } } });
    expect(other.schedule.nextDue).toBe(first.schedule.nextDue);
  });

  test("added by twenty at once is there once", async () => {
    const changes = await Promise.all(Array.from({ length: 20 }, () => fleet.schedule("nightly", nightly)));
    expect(changes.filter(({ change }) => change === "created")).toHaveLength(1);
    expect((await fleet.schedules()).schedules).toHaveLength(1);
  });

  test("is paused, and goes on with a due time that is to come", async () => {
    await fleet.schedule("often", { ...nightly, cron: "* * * * * *" });
    await fleet.pauseSchedule("often", { by: "ops" });
    await fleet.pauseSchedule("often");
    expect(await fleet.getSchedule("often")).toMatchObject({ nextDue: null, paused: { by: "ops" } });
    const before = await under.store.time();
    await fleet.resumeSchedule("often");
    await fleet.resumeSchedule("often");
    const { nextDue, paused } = await fleet.getSchedule("often");
    expect(paused).toBeNull();
    expect(Date.parse(nextDue ?? "")).toBeGreaterThan(before);
  });

  test("is run by hand, which its history and the run say", async () => {
    await fleet.schedule("nightly", { ...nightly, label: "by night", pool: "gpu" });
    const { nextDue } = await fleet.getSchedule("nightly");
    await fleet.pauseSchedule("nightly");
    const run = await fleet.fireSchedule("nightly", { by: "ops" });
    expect(await run.get()).toMatchObject({
      ...{ schedule: "nightly", scheduledFor: null, label: "by night", pool: "gpu", inputs: { whom: "you" } },
    });
    await fleet.resumeSchedule("nightly");
    expect(await fleet.getSchedule("nightly")).toMatchObject({
      lastRun: { id: run.id, status: "pending" },
      lastFiring: { outcome: "started", runId: run.id, by: "ops" },
      nextDue,
    });
    expect(await fleet.scheduleFirings("nightly")).toMatchObject([{ runId: run.id, by: "ops" }]);
    expect(await fleet.scheduleFirings("nightly", { limit: 1 })).toHaveLength(1);
  });

  test("that is not there is said so by each call", async () => {
    for (const call of [
      () => fleet.getSchedule("gone"),
      () => fleet.scheduleFirings("gone"),
      () => fleet.unschedule("gone"),
      () => fleet.pauseSchedule("gone"),
      () => fleet.resumeSchedule("gone"),
      () => fleet.fireSchedule("gone"),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "schedule_not_found", details: { name: "gone" } });
    }
  });

  test("is listed in pages", async () => {
    for (const name of ["a", "b", "c"]) await fleet.schedule(name, nightly);
    const first = await fleet.schedules({ limit: 2 });
    expect(first.schedules.map(({ name }) => name)).toEqual(["a", "b"]);
    const second = await fleet.schedules({ limit: 2, cursor: first.cursor ?? "" });
    expect(second).toMatchObject({ schedules: [{ name: "c" }], cursor: null });
  });
});

describe("refused before anything is written", () => {
  const { cron: _, ...bare } = nightly;
  test.each<[string, string, Partial<ScheduleOptions>, string, string]>([
    ["a name with a space", "by night", nightly, "invalid_usage", 'the schedule name "by night" must be'],
    ["no rule", "x", bare, "invalid_usage", "either a cron expression or an interval"],
    ["two rules", "x", { ...nightly, everyMs: 1_000 }, "invalid_usage", "either a cron expression or"],
    [
      "a wrong cron",
      "x",
      { ...nightly, cron: "0 25 * * *" },
      "invalid_usage",
      'at character 3, the hour "25"',
    ],
    [
      "a short interval",
      "x",
      { ...bare, everyMs: 999 },
      "invalid_usage",
      "everyMs must be a whole number from 1000",
    ],
    ["a wrong zone", "x", { ...nightly, timezone: "Mars" }, "invalid_usage", 'time zone "Mars" is not known'],
    ["no day at all", "x", { ...nightly, cron: "0 0 31 2 *" }, "invalid_usage", "would never be due"],
    [
      "an end before the start",
      "x",
      { ...nightly, startAt: "2030-01-02T00:00Z", endAt: "2030-01-01T00:00Z" },
      "invalid_usage",
      "endAt must not be before startAt",
    ],
    [
      "a time without a zone",
      "x",
      { ...nightly, startAt: "2030-01-02T00:00" },
      "invalid_usage",
      "startAt must be a time with its zone",
    ],
    [
      "an end that has passed",
      "x",
      { ...nightly, endAt: new Date(0) },
      "invalid_usage",
      "would never be due",
    ],
    [
      "a wrong overlap",
      "x",
      { ...nightly, overlap: "both" as "skip" },
      "invalid_usage",
      'overlap must be one of skip, allow, cancel, not "both"',
    ],
    [
      "a wrong window",
      "x",
      { ...nightly, catchUpMs: -1 },
      "invalid_usage",
      "catchUpMs must be a whole number",
    ],
    ["a reserved pool", "x", { ...nightly, pool: "schedules" }, "invalid_usage", "reserved"],
    ["an unknown workflow", "x", { ...nightly, workflow: "gone" }, "workflow_not_found", '"gone"'],
    ["a missing input", "x", { ...nightly, inputs: {} }, "invalid_input", 'needs the input "whom"'],
  ])("%s", async (_name, name, options, code, message) => {
    const error = await fleet.schedule(name, options as ScheduleOptions).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect((await fleet.schedules()).schedules).toEqual([]);
  });
});
