/** Putting runs into the queue: once, in order, in time, under names that work. */
import { delayMsMax } from "@runfleet/model";
import { expect, test } from "vitest";
import { describeEachQueue } from "./each-queue.js";
import { createDoor, ended, parked, record, testPool } from "./harness.js";

describeEachQueue("adding", (bench) => {
  const { add, counts, untilCount } = bench;
  test("hands a run out once", async () => {
    await add("run1");
    const worker = await record({ queue: bench.harness.queue, answer: () => ended() });
    await untilCount("completed", 1);
    expect(worker.visits.map((visit) => visit.runId)).toEqual(["run1"]);
    expect(worker.errors).toEqual([]);
  });

  test("a run that is waiting, in hand, parked or ended is not added again", async () => {
    const door = createDoor();
    await add("run1");
    await add("run1");
    expect((await counts()).waiting).toBe(1);
    const worker = await record({
      queue: bench.harness.queue,
      answer: async ({ count }) => {
        await door.passed;
        return count === 1 ? parked() : ended();
      },
    });
    await untilCount("active", 1);
    await add("run1");
    door.open();
    await untilCount("delayed", 1);
    await add("run1");
    expect(await counts()).toMatchObject({ waiting: 0, active: 0, delayed: 1 });
    await bench.harness.queue.wake("run1", testPool);
    await untilCount("completed", 1);
    await add("run1");
    expect(await counts()).toMatchObject({ waiting: 0, active: 0, delayed: 0, completed: 1 });
    expect(worker.visitsOf("run1")).toBe(2);
  });

  test("a delayed run is handed out when its time has come", async () => {
    const before = bench.harness.now();
    await add("run1", { delayMs: 120 });
    expect(await counts()).toMatchObject({ waiting: 0, delayed: 1 });
    let handledAt = 0;
    await record({
      queue: bench.harness.queue,
      answer: () => {
        handledAt = bench.harness.now();
        return ended();
      },
    });
    await untilCount("completed", 1);
    expect(handledAt - before).toBeGreaterThanOrEqual(118);
  });

  test("runs without a priority go first, then smaller numbers, then earlier ones", async () => {
    await add("last", { priority: 9 });
    await add("third", { priority: 2 });
    await add("fourth", { priority: 2 });
    await add("first");
    await add("second", { priority: 0 });
    const worker = await record({ queue: bench.harness.queue, concurrency: 1, answer: () => ended() });
    await untilCount("completed", 5);
    expect(worker.visits.map((visit) => visit.runId)).toEqual(["first", "second", "third", "fourth", "last"]);
  });

  test("a child is added whether or not its parent has a job", async () => {
    await add("parent1");
    await add("child1", { parentRunId: "parent1" });
    await add("child2", { parentRunId: "gone" });
    await add("child2", { parentRunId: "gone" });
    expect((await counts()).waiting).toBe(3);
  });

  test.each(["", "a:b", "a:b:c", "123", "0", "a b", "ä", "x".repeat(201)])(
    "refuses the run id %j",
    async (id) => {
      await expect(add(id)).rejects.toMatchObject({ code: "invalid_usage" });
    },
  );

  test.each(["01JQ8Z7M3K5T9W2X4Y6A8B0C1D", "run@1", "a.b-c_d", "1e5"])("takes the run id %j", async (id) => {
    await add(id);
    expect((await counts()).waiting).toBe(1);
  });

  test.each(["", "a:b", "Default", "-a", "run", "events", "workers", "x".repeat(64)])(
    "refuses the pool %j",
    async (pool) => {
      const { queue } = bench.harness;
      const refusal = { code: "invalid_usage" };
      await expect(queue.add({ runId: "run1", workflow: "review", pool })).rejects.toMatchObject(refusal);
      await expect(queue.wake("run1", pool)).rejects.toMatchObject(refusal);
      await expect(queue.counts(pool)).rejects.toMatchObject(refusal);
      await expect(record({ queue, pool, answer: () => ended() })).rejects.toMatchObject(refusal);
    },
  );

  test.each([
    { delayMs: -1 },
    { delayMs: Number.NaN },
    { delayMs: 0.5 },
    { delayMs: delayMsMax + 1 },
    { priority: 1.5 },
    { priority: 2_097_152 },
    { priority: -1 },
  ])("refuses %j", async (schedule) => {
    await expect(add("run1", schedule)).rejects.toMatchObject({ code: "invalid_usage" });
  });
});
