/** Parents and children: links for Bull Board's tree that never hold a run back. */
import type { RunQueue } from "@runfleet/model";
import { createRunQueue } from "@runfleet/queue";
import { FlowProducer, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Recorder, RecorderOptions } from "./harness.js";
import {
  connectTestRedis,
  createCountdown,
  createDoor,
  ended,
  parked,
  randomTag,
  record,
  testPool,
  untilFact,
} from "./harness.js";

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

const add = (runId: string, parentRunId?: string): Promise<void> =>
  queue.add({
    runId,
    workflow: parentRunId === undefined ? "review" : "check",
    pool: testPool,
    ...(parentRunId === undefined ? {} : { parentRunId }),
  });

const work = (answer: RecorderOptions["answer"]): Promise<Recorder> => record({ queue, answer });

const untilState = (runId: string, state: string): Promise<void> =>
  untilFact(`${runId} is ${state}`, async () => (await board.getJobState(runId)) === state);

const linksOf = (runId: string): Promise<number> =>
  connection.scard(`${tag}:${testPool}:${runId}:dependencies`);

test("a parked parent stays parked while its children end, well or badly, and its tree shows them", async () => {
  await add("parent");
  const worker = await work(({ runId, count }) => {
    if (runId === "parent") return count === 1 ? parked() : ended();
    return ended(runId === "bad" ? "failed" : "completed");
  });
  await untilState("parent", "delayed");
  await add("good", "parent");
  await add("bad", "parent");
  await untilState("good", "completed");
  await untilState("bad", "failed");
  expect(await board.getJobState("parent")).toBe("delayed");
  expect((await board.getJob("parent"))?.attemptsMade).toBe(0);

  const flows = new FlowProducer({ connection, prefix: tag });
  const tree = await flows.getFlow({ id: "parent", queueName: testPool, prefix: tag });
  await flows.close();
  expect(tree.job.name).toBe("review");
  expect(tree.children?.map(({ job }) => job.id).sort()).toEqual(["bad", "good"]);

  expect(await queue.wake("parent", testPool)).toBe("woken");
  await untilState("parent", "completed");
  expect(worker.visitsOf("parent")).toBe(2);
  expect(worker.errors).toEqual([]);
});

test("a child of another pool hangs in its parent's tree and keeps it from nothing", async () => {
  await add("parent");
  const worker = await work(({ count }) => (count === 1 ? parked() : ended()));
  await untilState("parent", "delayed");
  await queue.add({
    ...{ runId: "child", workflow: "check", pool: "other" },
    ...{ parentRunId: "parent", parentPool: testPool },
  });
  expect(await linksOf("parent")).toBe(1);
  const elsewhere = await record({ queue, pool: "other", answer: () => ended() });
  await untilFact("the link is gone", async () => (await linksOf("parent")) === 0);
  expect(await queue.wake("parent", testPool)).toBe("woken");
  await untilState("parent", "completed");
  expect([...worker.errors, ...elsewhere.errors]).toEqual([]);
});

test("a parent that ends a moment before its child's job waits that moment", async () => {
  const childMayEnd = createDoor();
  await add("parent");
  await add("child", "parent");
  const worker = await work(async ({ runId }) => {
    if (runId === "child") await childMayEnd.passed;
    return ended();
  });
  await untilFact("both are in hand", () => worker.visits.length === 2);
  await untilFact("a moment has passed", createCountdown(20));
  expect(await board.getJobState("parent")).toBe("active");
  childMayEnd.open();
  await untilState("parent", "completed");
  await untilState("child", "completed");
  expect(worker.errors).toEqual([]);
  expect(Object.keys((await (await board.getJob("parent"))?.getChildrenValues()) ?? {})).toHaveLength(1);
});

test("a parent whose child outlives it completes, and the child ends as usual", async () => {
  await add("parent");
  await add("child", "parent");
  const worker = await work(({ runId, count }) => (runId === "child" && count === 1 ? parked() : ended()));
  await untilState("parent", "completed");
  expect(await linksOf("parent")).toBe(0);
  expect(await queue.wake("child", testPool)).toBe("woken");
  await untilState("child", "completed");
  expect(await board.getJobState("parent")).toBe("completed");
  expect(worker.errors).toEqual([]);
});

test("a failed run does not wait for its children", async () => {
  await add("parent");
  await add("child", "parent");
  await work(({ runId }) => (runId === "child" ? parked() : ended("failed")));
  await untilState("parent", "failed");
});

test("adding a child again when it has ended does not make its parent wait for it", async () => {
  await add("parent");
  await add("bad", "parent");
  const worker = await work(({ runId, count }) => {
    if (runId === "bad") return ended("failed");
    return count === 1 ? parked() : ended();
  });
  await untilState("bad", "failed");
  await add("bad", "parent");
  expect(await linksOf("parent")).toBe(0);
  expect(worker.visitsOf("bad")).toBe(1);
});

test("a child whose parent's job is gone is linked to nothing and ends as usual", async () => {
  await add("child", "parent");
  await add("child", "parent");
  await work(() => ended());
  await untilState("child", "completed");
  expect((await board.getJob("child"))?.parentKey).toBeUndefined();
  expect(await connection.exists(`${tag}:${testPool}:parent:dependencies`)).toBe(0);
});

test("a child that ends after its parent's job was removed leaves nothing behind", async () => {
  await add("parent");
  await add("child", "parent");
  const worker = await work(({ runId, count }) => (runId === "child" && count === 1 ? parked() : ended()));
  await untilState("parent", "completed");
  await (await board.getJob("parent"))?.remove({ removeChildren: false });
  await queue.wake("child", testPool);
  await untilState("child", "completed");
  expect(await connection.keys(`${tag}:${testPool}:parent*`)).toEqual([]);
  expect(worker.errors).toEqual([]);
});
