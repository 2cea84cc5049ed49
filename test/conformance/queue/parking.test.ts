/** Parking and waking: whichever order the two come in, one of them sees the other. */
import type { WakeReply } from "@runfleet/model";
import { expect, test } from "vitest";
import { describeEachQueue } from "./each-queue.js";
import { createDoor, ended, parked, record, testPool } from "./harness.js";

describeEachQueue("parking and waking", (bench) => {
  const { add, counts, untilCount } = bench;
  test("a parked run costs no slot and is handed out again when it is woken", async () => {
    await add("run1");
    await add("run2");
    const worker = await record({
      queue: bench.harness.queue,
      concurrency: 1,
      answer: ({ runId, count }) => (runId === "run1" && count === 1 ? parked() : ended()),
    });
    await untilCount("completed", 1);
    expect(await counts()).toMatchObject({ active: 0, delayed: 1 });
    expect(await bench.harness.queue.wake("run1", testPool)).toBe("woken");
    await untilCount("completed", 2);
    expect(worker.visitsOf("run1")).toBe(2);
  });

  test("a run parked until a time is handed out then", async () => {
    await add("run1");
    const times: number[] = [];
    await record({
      queue: bench.harness.queue,
      answer: ({ count }) => {
        times.push(bench.harness.now());
        return count === 1 ? parked(bench.harness.now() + 120) : ended();
      },
    });
    await untilCount("completed", 1);
    const [first = 0, second = 0] = times;
    expect(second - first).toBeGreaterThanOrEqual(118);
  });

  test("a run parked until a time that has passed is handed out at once", async () => {
    await add("run1");
    await record({
      queue: bench.harness.queue,
      answer: ({ count }) => (count === 1 ? parked(bench.harness.now() - 5_000) : ended()),
    });
    await untilCount("completed", 1);
  });

  test("a run parked for longer than the queue can keep stays parked", async () => {
    await add("run1");
    await record({
      queue: bench.harness.queue,
      answer: ({ count }) => (count === 1 ? parked(8.64e15) : ended()),
    });
    await untilCount("delayed", 1);
    expect(await bench.harness.queue.wake("run1", testPool)).toBe("woken");
    await untilCount("completed", 1);
  });

  test("the job of a failed run is handed out again when it is woken, that of a completed one is not", async () => {
    await add("run1");
    const worker = await record({
      queue: bench.harness.queue,
      answer: ({ count }) => (count === 1 ? { type: "ended", status: "failed", error: "no" } : ended()),
    });
    await untilCount("failed", 1);
    expect(await bench.harness.queue.wake("run1", testPool)).toBe("woken");
    await untilCount("completed", 1);
    expect(worker.visitsOf("run1")).toBe(2);
    expect(await bench.harness.queue.wake("run1", testPool)).toBe("ended");
  });

  test("waking says what it found", async () => {
    const door = createDoor();
    const { queue } = bench.harness;
    expect(await queue.wake("run1", testPool)).toBe("missing");
    await add("run1");
    expect(await queue.wake("run1", testPool)).toBe("not_parked");
    await record({
      queue,
      answer: async ({ count }) => {
        if (count === 1) return parked();
        await door.passed;
        return ended();
      },
    });
    await untilCount("delayed", 1);
    expect(await queue.wake("run1", testPool)).toBe("woken");
    await untilCount("active", 1);
    expect(await queue.wake("run1", testPool)).toBe("not_parked");
    door.open();
    await untilCount("completed", 1);
    expect(await queue.wake("run1", testPool)).toBe("ended");
  });

  test("a run that is to be woken soon comes then, not before and not later", async () => {
    const { queue } = bench.harness;
    const times: number[] = [];
    await add("run1");
    await record({
      queue,
      answer: ({ count }) => {
        times.push(bench.harness.now());
        return count === 1 ? parked() : ended();
      },
    });
    await untilCount("delayed", 1);
    const wokenAt = bench.harness.now();
    expect(await queue.wake("run1", testPool, { withinMs: 150 })).toBe("woken");
    await bench.harness.elapse(20);
    expect(await queue.wake("run1", testPool, { withinMs: 3_600_000 })).toBe("woken");
    expect(await counts()).toMatchObject({ delayed: 1 });
    await untilCount("completed", 1);
    expect((times[1] ?? 0) - wokenAt).toBeGreaterThanOrEqual(148);
  });

  test("a run that is to be woken soon can still be woken at once; one that does not sleep is left alone", async () => {
    const { queue } = bench.harness;
    expect(await queue.wake("run1", testPool, { withinMs: 100 })).toBe("missing");
    await add("run1");
    expect(await queue.wake("run1", testPool, { withinMs: 100 })).toBe("not_parked");
    await record({ queue, answer: ({ count }) => (count === 1 ? parked() : ended()) });
    await untilCount("delayed", 1);
    expect(await queue.wake("run1", testPool, { withinMs: 3_600_000 })).toBe("woken");
    expect(await queue.wake("run1", testPool)).toBe("woken");
    await untilCount("completed", 1);
  });

  test("a run with a delayed start can be woken before its time", async () => {
    await add("run1", { delayMs: 3_600_000 });
    expect(await bench.harness.queue.wake("run1", testPool)).toBe("woken");
    await record({ queue: bench.harness.queue, answer: () => ended() });
    await untilCount("completed", 1);
  });

  test("an event that came before the job was put away is seen by the parking side", async () => {
    const { queue } = bench.harness;
    let inbox = 0;
    await add("run1");
    const worker = await record({
      queue,
      answer: async ({ count }) => {
        if (count === 2) return ended();
        inbox += 1;
        expect(await queue.wake("run1", testPool)).toBe("not_parked");
        return { type: "parked", stillParked: async () => inbox === 0 };
      },
    });
    await untilCount("completed", 1);
    expect(worker.visits).toHaveLength(2);
  });

  test("an event that came after the job was put away is seen by the waking side", async () => {
    const { queue } = bench.harness;
    const seen: string[] = [];
    await add("run1");
    const stillParked = async (): Promise<boolean> => {
      const answer = true;
      seen.push(await queue.wake("run1", testPool));
      return answer;
    };
    const worker = await record({
      queue,
      answer: ({ count }) => (count === 1 ? { type: "parked", stillParked } : ended()),
    });
    await untilCount("completed", 1);
    expect(seen).toEqual(["woken"]);
    expect(worker.visits).toHaveLength(2);
  });

  test("a run woken by both sides at once is handed out once more, not twice", async () => {
    const { queue } = bench.harness;
    await add("run1");
    const stillParked = async (): Promise<boolean> => {
      await queue.wake("run1", testPool);
      return false;
    };
    const worker = await record({
      queue,
      answer: ({ count }) => (count === 1 ? { type: "parked", stillParked } : parked()),
    });
    await untilCount("delayed", 1);
    await bench.harness.elapse(50);
    expect(worker.errors).toEqual([]);
    expect(worker.visits).toHaveLength(2);
  });

  test("a run is woken when nobody can tell whether it is still parked", async () => {
    await add("run1");
    const stillParked = (): Promise<boolean> => Promise.reject(new Error("the store is away"));
    const worker = await record({
      queue: bench.harness.queue,
      answer: ({ count }) => (count === 1 ? { type: "parked", stillParked } : ended()),
    });
    await untilCount("completed", 1);
    expect(worker.errors.map((error) => error.message)).toEqual(["the store is away"]);
  });

  test("600 parks raced with an event each lose no wake-up", async () => {
    const { queue } = bench.harness;
    const runs = 60;
    const rounds = 10;
    const inboxes = new Map<string, number>();
    const read = (runId: string): number => inboxes.get(runId) ?? 0;
    const answers: WakeReply[] = [];
    const send = async (runId: string): Promise<void> => {
      inboxes.set(runId, read(runId) + 1);
      answers.push(await bench.harness.sender.wake(runId, testPool));
    };
    let state = 20_240_607;
    /** A fixed sequence, so that a failure can be repeated. */
    const chance = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    const senders: Promise<void>[] = [];
    const worker = await record({
      queue,
      concurrency: 8,
      answer: async ({ runId }) => {
        const consumed = read(runId);
        if (consumed === rounds) return ended();
        // The next event comes somewhere between here and some time after the parking.
        const when = chance(4);
        senders.push(when < 2 ? send(runId) : bench.harness.elapse(when - 2).then(() => send(runId)));
        if (chance(2) === 0) await Promise.resolve();
        return { type: "parked", stillParked: async () => read(runId) === consumed };
      },
    });
    for (let run = 0; run < runs; run += 1) await add(`run${run}`.padEnd(6, "x"));
    await untilCount("completed", runs);
    await Promise.all(senders);
    expect(worker.errors).toEqual([]);
    expect(worker.visits.length).toBeGreaterThanOrEqual(runs * (rounds + 1));
    // Both orders really happened.
    expect(answers.filter((answer) => answer === "woken").length).toBeGreaterThan(20);
    expect(answers.filter((answer) => answer === "not_parked").length).toBeGreaterThan(20);
  });
});
