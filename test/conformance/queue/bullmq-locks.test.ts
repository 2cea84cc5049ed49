/** Who has a job in hand: takeover when a worker falls silent, and what the silent one is told. */
import type { RunQueue } from "@runfleet/model";
import { createRunQueue } from "@runfleet/queue";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  connectTestRedis,
  createDoor,
  ended,
  parked,
  randomTag,
  record,
  testPool,
  untilFact,
} from "./harness.js";

/** Long against the pauses of a busy machine. */
const lockDurationMs = 1_500;

let connection: Redis;
let tag: string;
let queue: RunQueue;
let board: Queue;

beforeEach(() => {
  tag = randomTag();
  connection = connectTestRedis(tag);
  queue = createRunQueue({ connection, tag, lockDurationMs, stalledIntervalMs: 100 });
  board = new Queue(testPool, { connection, prefix: tag, skipMetasUpdate: true });
});

afterEach(async () => {
  await queue.close();
  await board.close();
  await connection.quit();
});

const add = (runId: string): Promise<void> => queue.add({ runId, workflow: "review", pool: testPool });

const untilState = (runId: string, state: string): Promise<void> =>
  untilFact(`${runId} is ${state}`, async () => (await board.getJobState(runId)) === state);

const lockKey = (runId: string): string => `${tag}:${testPool}:${runId}:lock`;

test("a job whose handler takes longer than the lock stays in hand", async () => {
  const startedAt = performance.now();
  await add("run1");
  const worker = await record({
    queue,
    answer: async ({ signal }) => {
      await untilFact(
        "the lock would have run out",
        () => performance.now() - startedAt > 1.5 * lockDurationMs,
      );
      expect(signal.aborted).toBe(false);
      return ended();
    },
  });
  await untilState("run1", "completed");
  expect(worker.visits).toHaveLength(1);
  expect(worker.errors).toEqual([]);
});

test("the handler of a job whose lock is gone is told, and the job is handed out again", async () => {
  const isTold = createDoor();
  await add("run1");
  const silent = await record({
    queue,
    answer: async ({ signal, count }) => {
      if (count > 1) return ended();
      signal.addEventListener("abort", isTold.open);
      await connection.del(lockKey("run1"));
      await isTold.passed;
      return parked();
    },
  });
  await untilFact("the first worker has the job", () => silent.visits.length === 1);
  const next = await record({ queue, answer: () => ended() });
  await untilState("run1", "completed");
  expect(silent.visits[0]?.signal.reason).toMatch(/ran out or went to another worker/);
  expect(silent.visits.length + next.visits.length).toBe(2);
  await untilFact("the first worker could not put the job away", () => silent.errors.length > 0);
  expect(silent.errors.map((error) => error.message)).toEqual([
    "the job of run run1 could not be put away: it had gone to somebody else",
  ]);
  expect((await board.getJob("run1"))?.attemptsMade).toBe(1);
});

test.each(["completed", "failed"] as const)(
  "a late %s of a worker that lost the job changes nothing",
  async (late) => {
    const mayEnd = createDoor();
    await add("run1");
    const silent = await record({
      queue,
      concurrency: 1,
      answer: async () => {
        await connection.set(lockKey("run1"), "somebody else", "PX", 60_000);
        await mayEnd.passed;
        return ended(late);
      },
    });
    await untilFact("the handler is told", () => silent.visits[0]?.signal.aborted === true);
    mayEnd.open();
    await untilFact("the late end is told of", () => silent.errors.length > 0);
    expect(await board.getJobState("run1")).toBe("active");
    expect(await connection.get(lockKey("run1"))).toBe("somebody else");
  },
);

test("a job recovered many times is still handed out", async () => {
  const times = 3;
  await add("run1");
  const worker = await record({
    queue,
    answer: async ({ count, signal }) => {
      if (count > times) return ended();
      await connection.del(lockKey("run1"));
      await untilFact("the handler is told", () => signal.aborted);
      return parked();
    },
  });
  await untilState("run1", "completed");
  expect(worker.visits).toHaveLength(times + 1);
  expect((await board.getJob("run1"))?.stalledCounter).toBe(times);
});

test("a run woken while it is still being put away keeps the renewal of its new lock", async () => {
  const isPutAway = createDoor();
  const startedAt = performance.now();
  await add("run1");
  const worker = await record({
    queue,
    answer: async ({ count }) => {
      if (count === 1) {
        const stillParked = async (): Promise<boolean> => {
          await queue.wake("run1", testPool);
          await isPutAway.passed;
          return true;
        };
        return { type: "parked", stillParked };
      }
      // The second visit began before the first was over; now the first one ends and cleans up after itself.
      isPutAway.open();
      await untilFact(
        "the lock would have run out",
        () => performance.now() - startedAt > 1.5 * lockDurationMs,
      );
      return ended();
    },
  });
  await untilState("run1", "completed");
  expect(worker.visits).toHaveLength(2);
  expect(worker.visits[1]?.signal.aborted).toBe(false);
  expect(worker.errors).toEqual([]);
});
