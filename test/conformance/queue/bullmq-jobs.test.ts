/** What the queue leaves in Redis for BullMQ's own tools, and what they may rely on. */
import type { RunQueue } from "@runfleet/model";
import { createRunQueue } from "@runfleet/queue";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectTestRedis, ended, parked, randomTag, record, testPool, untilFact } from "./harness.js";

let connection: Redis;
let tag: string;
let queue: RunQueue;
let board: Queue;

beforeEach(() => {
  tag = randomTag();
  connection = connectTestRedis(tag);
  queue = createRunQueue({ connection, tag });
  board = new Queue(testPool, { connection, prefix: tag, skipMetasUpdate: true });
});

afterEach(async () => {
  await queue.close();
  await board.close();
  await connection.quit();
});

const untilState = (runId: string, state: string): Promise<void> =>
  untilFact(`${runId} is ${state}`, async () => (await board.getJobState(runId)) === state);

test("a job has the run's id, the workflow's name, its label and nothing twice", async () => {
  await queue.add({ runId: "run@1", workflow: "nightly review", label: "PR 7", pool: testPool, priority: 3 });
  await queue.add({ runId: "run2", workflow: "deploy", pool: testPool });
  expect(await board.getJob("run@1")).toMatchObject({
    id: "run@1",
    name: "nightly review",
    data: { label: "PR 7" },
    priority: 9,
  });
  const stored = await connection.hgetall(`${tag}:${testPool}:run2`);
  expect(stored).toMatchObject({ name: "deploy", data: "{}" });
  expect(Object.keys(JSON.parse(stored["opts"] ?? ""))).not.toContain("jobId");
  expect(await connection.object("ENCODING", `${tag}:${testPool}:run2`)).not.toBe("hashtable");
});

test("parking, waiting for a lease, yielding and failing handlers cost no attempt", async () => {
  await queue.add({ runId: "run1", workflow: "review", pool: testPool });
  const worker = await record({
    queue,
    answer: ({ count }) => {
      if (count === 1) return parked(Date.now() + 5);
      if (count === 2) return { type: "busy", retryAfterMs: 5 };
      if (count === 3) return { type: "yielded" };
      if (count === 4) throw new Error("a defect");
      return parked();
    },
  });
  await untilFact("the run is handled five times", () => worker.visits.length === 5);
  await untilState("run1", "delayed");
  const job = await board.getJob("run1");
  expect(job).toMatchObject({ attemptsMade: 0, attemptsStarted: 5, stalledCounter: 0 });
  expect(job?.failedReason).toBeUndefined();
});

test("an ended run shows its status, a failed one its error, and neither is tried again", async () => {
  for (const runId of ["good", "bad", "stopped"])
    await queue.add({ runId, workflow: "review", pool: testPool });
  const worker = await record({
    queue,
    answer: ({ runId }) => ended(runId === "good" ? "completed" : runId === "bad" ? "failed" : "cancelled"),
  });
  await untilState("good", "completed");
  await untilState("bad", "failed");
  await untilState("stopped", "completed");
  expect((await board.getJob("good"))?.returnvalue).toEqual({ status: "completed" });
  expect((await board.getJob("stopped"))?.returnvalue).toEqual({ status: "cancelled" });
  expect(await board.getJob("bad")).toMatchObject({ failedReason: "step a failed", stacktrace: [] });
  expect(worker.visits).toHaveLength(3);
  expect(worker.errors).toEqual([]);
});

test("a run parked for ever lies a year ahead, where BullMQ's scores are exact", async () => {
  const yearMs = 365 * 24 * 60 * 60 * 1000;
  await queue.add({ runId: "run1", workflow: "review", pool: testPool });
  await record({ queue, answer: () => parked() });
  await untilState("run1", "delayed");
  const score = Number(await connection.zscore(`${tag}:${testPool}:delayed`, "run1"));
  expect(Number.isSafeInteger(score)).toBe(true);
  expect(Math.abs(score / 4096 - (Date.now() + yearMs))).toBeLessThan(10_000);
});

test("every key lies under the partition's hash tag, and the stream of events is short", async () => {
  const before = new Set(await connection.keys("*"));
  await queue.add({ runId: "run1", workflow: "review", pool: testPool });
  await record({ queue, answer: () => ended() });
  await untilState("run1", "completed");
  const added = (await connection.keys("*")).filter((key) => !before.has(key) && key.includes(tag));
  expect(added.length).toBeGreaterThan(3);
  expect(added.every((key) => key.startsWith(`${tag}:${testPool}:`))).toBe(true);
  expect(await connection.hget(`${tag}:${testPool}:meta`, "opts.maxLenEvents")).toBe("50");
});
