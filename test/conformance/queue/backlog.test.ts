/** What a pool has to do, as scaling and people see it. */
import { expect, test } from "vitest";
import { describeEachQueue } from "./each-queue.js";
import { createDoor, ended, parked, record, testPool } from "./harness.js";

describeEachQueue("the backlog", (bench) => {
  const { add, untilCount } = bench;
  const backlog = (dueInMs: number) =>
    bench.harness.queue.backlog(testPool, { dueBefore: bench.harness.now() + dueInMs });

  test("of a pool that nobody used is empty", async () => {
    expect(await backlog(60_000)).toEqual({ ready: 0, waiting: 0, dueSoon: 0, active: 0, next: [] });
  });

  test("counts what is ready, in hand, waiting, and soon ready", async () => {
    const door = createDoor();
    await add("in-hand");
    await record({
      ...{ queue: bench.harness.queue, concurrency: 1 },
      answer: async () => {
        await door.passed;
        return ended();
      },
    });
    await untilCount("active", 1);
    await add("ready");
    await add("later-today", { delayMs: 3_600_000 });
    await add("in-a-minute", { delayMs: 60_000 });
    expect(await backlog(120_000)).toEqual({ ready: 1, waiting: 2, dueSoon: 1, active: 1, next: ["ready"] });
    expect((await backlog(30_000)).dueSoon).toBe(0);
    door.open();
  });

  test("names who is next: of the runs that have begun, and of the fresh ones", async () => {
    await add("begun");
    await add("also-begun");
    const worker = await record({ queue: bench.harness.queue, answer: () => parked() });
    await untilCount("delayed", 2);
    await worker.close();
    await add("low", { priority: 9 });
    await add("high", { priority: 2 });
    expect((await backlog(0)).next).toEqual(["high"]);
    await bench.harness.queue.wake("also-begun", testPool);
    await bench.harness.queue.wake("begun", testPool);
    expect(await backlog(0)).toMatchObject({ ready: 4, next: ["also-begun", "high"] });
  });
});
