/** What becomes of a run that is busy, yields, ends, or whose handler throws. */
import type { Disposition } from "@runfleet/model";
import { expect, test } from "vitest";
import { describeEachQueue } from "./each-queue.js";
import { createDoor, ended, record, testPool } from "./harness.js";

describeEachQueue("the other ways out of a handler", (bench) => {
  const { add, counts, untilCount } = bench;
  test("a busy run is handed out again after the time asked for", async () => {
    await add("run1");
    const times: number[] = [];
    await record({
      queue: bench.harness.queue,
      answer: ({ count }) => {
        times.push(bench.harness.now());
        return count === 1 ? { type: "busy", retryAfterMs: 100 } : ended();
      },
    });
    await untilCount("completed", 1);
    const [first = 0, second = 0] = times;
    expect(second - first).toBeGreaterThanOrEqual(98);
  });

  test("a run that yields goes on at once, before those that wait", async () => {
    const door = createDoor();
    await add("run1");
    const worker = await record({
      queue: bench.harness.queue,
      concurrency: 1,
      answer: async ({ count, runId }): Promise<Disposition> => {
        if (runId === "run1" && count < 3) {
          await door.passed;
          return { type: "yielded" };
        }
        return ended();
      },
    });
    await untilCount("active", 1);
    await add("run2");
    door.open();
    await untilCount("completed", 2);
    expect(worker.visits.map((visit) => visit.runId)).toEqual(["run1", "run1", "run1", "run2"]);
  });

  test("ended runs are counted as what Bull Board shows them as", async () => {
    await Promise.all([add("good"), add("bad"), add("stopped")]);
    await record({
      queue: bench.harness.queue,
      answer: ({ runId }) => ended(runId === "good" ? "completed" : runId === "bad" ? "failed" : "cancelled"),
    });
    await untilCount("failed", 1);
    await untilCount("completed", 2);
    expect(await counts()).toEqual({ waiting: 0, active: 0, delayed: 0, completed: 2, failed: 1 });
  });

  test("of a run that does not exist no job is kept", async () => {
    await Promise.all([add("good"), add("nobody")]);
    await record({
      queue: bench.harness.queue,
      answer: ({ runId }) => ({ ...ended("completed"), ...(runId === "good" ? {} : { isGone: true }) }),
    });
    await bench.harness.until("both are over", async () => {
      const { waiting, active, completed } = await counts();
      return waiting + active === 0 && completed === 1;
    });
    expect(await bench.harness.queue.wake("nobody", testPool)).toBe("missing");
  });

  test("a completed job can be revived, and a wake-up says that it would need that", async () => {
    const { queue } = bench.harness;
    await add("run1");
    const worker = await record({ queue, answer: () => ended("completed") });
    await untilCount("completed", 1);
    expect(await queue.wake("run1", testPool)).toBe("ended");
    await queue.revive("run1", testPool);
    await bench.harness.until("it ran again", () => worker.visitsOf("run1") === 2);
    await untilCount("completed", 1);
    await queue.revive("nobody", testPool);
    expect(await queue.wake("nobody", testPool)).toBe("missing");
  });

  test("a job is removed wherever it waits, and left alone in somebody's hands", async () => {
    const { queue } = bench.harness;
    const door = createDoor();
    const answer = () => door.passed.then(() => ended("completed"));
    await add("taken");
    const worker = await record({ queue, concurrency: 1, answer });
    await untilCount("active", 1);
    await Promise.all([add("waiting"), add("later", { delayMs: 3_600_000 })]);
    for (const runId of ["taken", "waiting", "later", "nobody"]) await queue.remove(runId, testPool);
    expect(await counts()).toMatchObject({ waiting: 0, active: 1, delayed: 0 });
    door.open();
    await untilCount("completed", 1);
    expect(worker.visits.map(({ runId }) => runId)).toEqual(["taken"]);
    expect(await queue.wake("waiting", testPool)).toBe("missing");
  });

  test("a handler that throws is told of, and its run is handed out again", async () => {
    await add("run1");
    const worker = await record({
      queue: bench.harness.queue,
      answer: ({ count }) => {
        if (count === 1) throw new Error("out of luck");
        return ended();
      },
    });
    await untilCount("completed", 1);
    expect(worker.errors.map((error) => error.message)).toEqual(["out of luck"]);
    expect((await counts()).failed).toBe(0);
  });

  test("only so many ended runs are kept as asked for", async () => {
    const { queue, until } = await bench.startOther({ keepEnded: { ageMs: 3_600_000, count: 2 } });
    const worker = await record({ queue, concurrency: 1, answer: () => ended() });
    for (const runId of ["run1", "run2", "run3"]) {
      await queue.add({ runId, workflow: "review", pool: testPool });
      await until(`${runId} has ended`, async () => {
        const { waiting, active } = await queue.counts(testPool);
        return worker.visitsOf(runId) === 1 && waiting + active === 0;
      });
    }
    expect((await queue.counts(testPool)).completed).toBe(2);
    expect(await queue.wake("run1", testPool)).toBe("missing");
    expect(await queue.wake("run3", testPool)).toBe("ended");
  });
});
