/** Several consumers, pausing and closing: no run is lost and none is in two hands. */
import { expect, test } from "vitest";
import { describeEachQueue } from "./each-queue.js";
import { createDoor, ended, type Recorder, record, testPool } from "./harness.js";

describeEachQueue("consumers", (bench) => {
  const { add, counts, untilCount } = bench;
  /** A job that is active but has not reached its handler yet goes back untouched when its consumer stops. */
  const inHand = (worker: Recorder, runs: number): Promise<void> =>
    bench.harness.until(`${runs} runs are in hand`, () => worker.visits.length >= runs);

  test("as many runs are in hand at once as asked for, and no more", async () => {
    const door = createDoor();
    for (let run = 0; run < 10; run += 1) await add(`run-${run}`);
    const worker = await record({
      queue: bench.harness.queue,
      concurrency: 3,
      answer: async () => {
        await door.passed;
        return ended();
      },
    });
    await inHand(worker, 3);
    await bench.harness.elapse(30);
    expect(worker.visits).toHaveLength(3);
    door.open();
    await untilCount("completed", 10);
    expect(worker.mostAtOnce()).toBe(3);
  });

  test("two consumers share the runs, each run handed out once", async () => {
    const answer = () => ended();
    const one = await record({ queue: bench.harness.queue, concurrency: 2, answer });
    const two = await record({ queue: bench.harness.queue, concurrency: 2, answer });
    for (let run = 0; run < 40; run += 1) await add(`run-${run}`);
    await untilCount("completed", 40);
    const seen = [...one.visits, ...two.visits].map((visit) => visit.runId);
    expect(new Set(seen).size).toBe(40);
    expect(seen).toHaveLength(40);
  });

  test("pools know nothing of each other", async () => {
    await bench.harness.queue.add({ runId: "run1", workflow: "review", pool: "gpu" });
    const worker = await record({ queue: bench.harness.queue, answer: () => ended() });
    await bench.harness.elapse(30);
    expect(worker.visits).toEqual([]);
    expect(await bench.harness.queue.wake("run1", testPool)).toBe("missing");
    expect((await bench.harness.queue.counts("gpu")).waiting).toBe(1);
  });

  test("a paused consumer finishes what it has and takes nothing new", async () => {
    const door = createDoor();
    await add("run1");
    const worker = await record({
      queue: bench.harness.queue,
      answer: async () => {
        await door.passed;
        return ended();
      },
    });
    await inHand(worker, 1);
    await worker.pause();
    await add("run2");
    await bench.harness.elapse(50);
    expect(worker.visitsOf("run2")).toBe(0);
    expect(await counts()).toMatchObject({ active: 1, waiting: 1 });
    door.open();
    await untilCount("completed", 1);
    const next = await record({ queue: bench.harness.queue, answer: () => ended() });
    await untilCount("completed", 2);
    expect(next.visitsOf("run2")).toBe(1);
  });

  test("a run that yields while its consumer is paused goes on elsewhere", async () => {
    const door = createDoor();
    await add("run1");
    const first = await record({
      queue: bench.harness.queue,
      answer: async () => {
        await door.passed;
        return { type: "yielded" };
      },
    });
    await inHand(first, 1);
    const second = await record({ queue: bench.harness.queue, answer: () => ended() });
    await first.pause();
    door.open();
    await untilCount("completed", 1);
    expect([first.visitsOf("run1"), second.visitsOf("run1")]).toEqual([1, 1]);
  });

  test("closing waits for the runs in hand, and closing twice is closing once", async () => {
    const door = createDoor();
    await add("run1");
    const worker = await record({
      queue: bench.harness.queue,
      answer: async () => {
        await door.passed;
        return ended();
      },
    });
    await inHand(worker, 1);
    let isClosed = false;
    const closing = worker.close().then(() => {
      isClosed = true;
    });
    await bench.harness.elapse(30);
    expect(isClosed).toBe(false);
    door.open();
    await Promise.all([closing, worker.close()]);
    expect(await counts()).toMatchObject({ active: 0, completed: 1 });
    expect(worker.errors).toEqual([]);
  });

  test("a consumer closed among many waiting runs loses none", async () => {
    for (let run = 0; run < 60; run += 1) await add(`run-${run}`);
    const first = await record({ queue: bench.harness.queue, concurrency: 5, answer: () => ended() });
    await bench.harness.until("some runs are handled", () => first.visits.length > 10);
    await first.close();
    const second = await record({ queue: bench.harness.queue, concurrency: 5, answer: () => ended() });
    await untilCount("completed", 60);
    expect(first.visits.length + second.visits.length).toBe(60);
  });

  test("a closed queue refuses work and may be closed again", async () => {
    await bench.harness.queue.close();
    await bench.harness.queue.close();
    await expect(add("run1")).rejects.toMatchObject({ code: "invalid_usage" });
  });
});
