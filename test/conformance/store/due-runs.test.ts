// The run of a due time is created while its schedule stands there, and by nobody who comes later. Both stores, the same answers.
import type { Firing, ScheduleSpec } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleRun } from "./samples.js";
import { describeTwins } from "./twins.js";

const spec: ScheduleSpec = {
  ...{ workflow: "w", inputs: {}, everyMs: 1_000, timezone: "UTC" },
  ...{ overlap: "skip", catchUpMs: 60_000, catchUp: "all" },
};
const started = (dueAt: number): Firing => ({ dueAt, at: dueAt, outcome: "started", runId: "R" });

describeTwins("the run of a due time", (twin) => {
  const due = { schedule: "nightly", dueAt: 11_000 };
  const run = sampleRun({ id: "R", rootId: "R", schedule: "nightly", scheduledFor: 11_000 });
  const add = async () => await twin().store.putSchedule({ name: "nightly", spec, dueAt: 11_000 });

  test("is created while the schedule stands there, once", async () => {
    const { store } = twin();
    await add();
    expect((await store.createDueRun(run, due)).tag).toBe("created");
    expect(await store.createDueRun(run, due)).toEqual({ tag: "exists", id: "R", status: "pending" });
    expect(await store.readRun("R")).toMatchObject({ schedule: "nightly", scheduledFor: 11_000 });
  });

  test.each([
    ["was never added", async () => undefined],
    [
      "is paused",
      async () => {
        await add();
        await twin().store.pauseSchedule({ name: "nightly", by: "ops" });
      },
    ],
    [
      "was removed",
      async () => {
        await add();
        await twin().store.removeSchedule("nightly");
      },
    ],
    [
      "was moved by somebody else",
      async () => {
        await add();
        const revision = (await twin().store.readSchedule("nightly"))?.revision ?? 0;
        await twin().store.moveSchedule({ name: "nightly", revision, firing: started(11_000), next: 12_000 });
      },
    ],
  ])("is not created when the schedule %s", async (_, prepare) => {
    await prepare();
    expect(await twin().store.createDueRun(run, due)).toEqual({ tag: "not_due" });
    expect(await twin().store.readRun("R")).toBeUndefined();
  });

  test("that exists is told as such wherever the schedule stands", async () => {
    const { store } = twin();
    await add();
    await store.createDueRun(run, due);
    await store.removeSchedule("nightly");
    expect((await store.createDueRun(run, due)).tag).toBe("exists");
  });
});
