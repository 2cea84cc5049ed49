/** Connections: none is left behind, and a Redis that goes away and comes back costs time, not runs. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunQueue } from "@runfleet/queue";
import { connectRedis } from "@runfleet/store";
import { startEmbeddedRedis } from "@runfleet/testing";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, inject, onTestFinished, test } from "vitest";
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

const unhandled: unknown[] = [];
const remember = (reason: unknown): void => {
  unhandled.push(reason);
};

beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", remember);
});

afterEach(() => {
  process.off("unhandledRejection", remember);
  expect(unhandled).toEqual([]);
});

test("closing leaves no connection behind and the caller's own one in use", async () => {
  const tag = randomTag();
  const connection = connectRedis(inject("redisUrl"), { role: "worker", tag, name: "mine" });
  const observer = connectTestRedis(tag);
  onTestFinished(async () => {
    await Promise.all([connection.quit(), observer.quit()]);
  });
  const ours = async (): Promise<number> => {
    const list = String(await observer.call("CLIENT", "LIST"));
    return list.split("\n").filter((line) => line.includes("name=mine ") || line.includes(`name=${tag}`))
      .length;
  };
  await untilFact("the caller is connected", async () => (await ours()) === 1);
  await connection.ping();
  const listeners = (): number[] =>
    ["error", "close", "ready", "end"].map((name) => connection.listenerCount(name));
  const listenersBefore = listeners();

  const queue = createRunQueue({ connection, tag });
  await queue.add({ runId: "run1", workflow: "review", pool: testPool });
  const worker = await record({ queue, answer: () => ended() });
  await untilFact("the run is handled", () => worker.visits.length === 1);
  expect(await ours()).toBe(2);
  await Promise.all([queue.close(), queue.close(), worker.close()]);
  await untilFact("only the caller's connection is left", async () => (await ours()) === 1);
  expect(await connection.ping()).toBe("PONG");
  expect(listeners()).toEqual(listenersBefore);
});

test("a consumer that stops wakes the others, in case a wake-up was on its way to it", async () => {
  const tag = randomTag();
  const connection = connectTestRedis(tag);
  const queue = createRunQueue({ connection, tag });
  const board = new Queue(testPool, { connection, prefix: tag, skipMetasUpdate: true });
  onTestFinished(async () => {
    await Promise.all([queue.close(), board.close()]);
    await connection.quit();
  });
  const stopping = await record({ queue, answer: () => ended() });
  const staying = await record({ queue, answer: () => ended() });
  // A job that waits while every worker sleeps: what a lost wake-up leaves behind.
  await board.pause();
  await queue.add({ runId: "run1", workflow: "review", pool: testPool });
  await connection.hdel(`${tag}:${testPool}:meta`, "paused");
  const startedAt = performance.now();
  await stopping.pause();
  await untilFact("the other consumer has the run", () => staying.visitsOf("run1") === 1);
  // Left alone, the other one would have looked again after 5 s.
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

test("a connection that fails fast makes calls fail fast while Redis is away", async () => {
  const connection = new Redis(1, "127.0.0.1", { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  connection.on("error", () => {});
  const queue = createRunQueue({ connection, tag: randomTag() });
  const unavailable = { code: "redis_unavailable", retryable: true };
  const startedAt = performance.now();
  const added = queue.add({ runId: "run1", workflow: "review", pool: testPool });
  await expect(added).rejects.toMatchObject(unavailable);
  await expect(queue.wake("run1", testPool)).rejects.toMatchObject(unavailable);
  await expect(queue.counts(testPool)).rejects.toMatchObject(unavailable);
  // Otherwise they would wait until Redis is there: for ever.
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  await queue.close();
  connection.disconnect();
});

test("a consumer that never reached Redis can be closed", async () => {
  let attempts = 0;
  const connection = new Redis(1, "127.0.0.1", {
    maxRetriesPerRequest: null,
    retryStrategy: () => {
      attempts += 1;
      return 20;
    },
  });
  connection.on("error", () => {});
  const queue = createRunQueue({ connection, tag: randomTag() });
  const consuming = record({ queue, answer: () => ended() });
  const refused = expect(consuming).rejects.toMatchObject({ code: "redis_unavailable" });
  await untilFact("some attempts were made", () => attempts > 4);
  await queue.close();
  await refused;
  connection.disconnect();
  // Nobody tries again: neither the caller's connection nor the worker's own.
  const attemptsThen = attempts;
  await untilFact("several attempts' time has passed", createCountdown(50));
  expect(attempts).toBe(attemptsThen);
});

describe.skipIf(inject("redisKind") === "js")("when Redis restarts", () => {
  test("consumers go on by themselves, and the run that was in hand is put away", async () => {
    const dir = await mkdtemp(join(tmpdir(), "runfleet-queue-"));
    let redis = await startEmbeddedRedis({ dir, cacheDir: cacheDir() });
    const { port } = redis;
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    connection.on("error", () => {});
    const queue = createRunQueue({ connection, tag: randomTag(), lockDurationMs: 20_000 });
    onTestFinished(async () => {
      await queue.close();
      connection.disconnect();
      await redis.stop();
      await rm(dir, { recursive: true, force: true });
    });

    const isBack = createDoor();
    await queue.add({ runId: "parked", workflow: "review", pool: testPool });
    await queue.add({ runId: "in-hand", workflow: "review", pool: testPool });
    const worker = await record({
      queue,
      answer: async ({ runId, count }) => {
        if (runId === "parked" && count === 1) return parked();
        if (runId === "in-hand") await isBack.passed;
        return ended();
      },
    });
    await untilFact("one is parked", async () => (await queue.counts(testPool)).delayed === 1);

    await redis.stop();
    await untilFact("the consumer tells of it", () => worker.errors.length > 0);
    redis = await startEmbeddedRedis({ dir, cacheDir: cacheDir(), port });
    isBack.open();
    expect(await queue.wake("parked", testPool)).toBe("woken");
    await queue.add({ runId: "fresh", workflow: "review", pool: testPool });
    await untilFact("all have ended", async () => (await queue.counts(testPool)).completed === 3);
    expect(worker.visitsOf("in-hand")).toBe(1);
  });

  test("closing does not wait for a Redis that stays away", async () => {
    const dir = await mkdtemp(join(tmpdir(), "runfleet-queue-"));
    const redis = await startEmbeddedRedis({ dir, cacheDir: cacheDir() });
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    connection.on("error", () => {});
    const queue = createRunQueue({ connection, tag: randomTag() });
    onTestFinished(async () => {
      connection.disconnect();
      await rm(dir, { recursive: true, force: true });
    });
    const worker = await record({ queue, answer: () => ended() });
    await redis.stop();
    await untilFact("the consumer tells of it", () => worker.errors.length > 0);
    const startedAt = performance.now();
    await worker.close();
    await queue.close();
    // Its own limits are four seconds, those of BullMQ for ever.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});

/** Where the test run's own embedded Redis was fetched to, so that it is not fetched again. */
function cacheDir(): string {
  return process.env["RUNFLEET_CACHE"] ?? join(process.cwd(), ".cache", "runfleet");
}
