/** When a worker that takes no runs is stuck, and when it is only idle, busy, paused or cut off. */
import type { PoolBacklog } from "@runfleet/model";
import { createMemoryQueue } from "@runfleet/queue";
import { beforeEach, expect, test } from "vitest";
import { systemClock } from "./clock.js";
import { type FetchWatch, watchFetches } from "./fetch-watch.js";

const lookMs = 10_000;
let monotonic: number;
let look: () => void;
let watch: FetchWatch;
let answer: (pool: string) => Promise<PoolBacklog>;
let isHeard: boolean;
const errors: unknown[] = [];

beforeEach(async () => {
  const queue = createMemoryQueue({ now: () => 0 });
  await queue.add({ runId: "r1", workflow: "w", pool: "default" });
  answer = (pool) => queue.backlog(pool, { dueBefore: 0 });
  monotonic = 0;
  isHeard = true;
  errors.length = 0;
  watch = watchFetches({
    ...{ pools: ["default", "gpu"], slots: 1, onError: (error) => errors.push(error) },
    clock: {
      ...systemClock,
      monotonic: () => monotonic,
      every(intervalMs, then) {
        expect(intervalMs).toBe(lookMs);
        look = then;
        return () => undefined;
      },
    },
    backlog: (pool) => answer(pool),
    isHeard: () => isHeard,
  });
});

/** The timer fires so often; each time everything that follows has happened. */
async function lookTimes(times: number): Promise<void> {
  for (let left = times; left > 0; left -= 1) {
    look();
    monotonic += lookMs;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a worker that takes none of the ready runs for six looks is stuck, and says of which pool", async () => {
  await lookTimes(5);
  expect(watch.stuck()).toBeUndefined();
  await lookTimes(1);
  expect(watch.stuck()).toMatch(/^no run of pool default was taken for 60 s, although 1 are ready/);
  watch.took("default");
  expect(watch.stuck()).toBeUndefined();
});

test("one that took a run since the last look is not", async () => {
  for (let round = 0; round < 4; round += 1) {
    await lookTimes(3);
    watch.took("default");
    watch.gave("default");
  }
  expect(watch.stuck()).toBeUndefined();
});

test("one without a free slot is not: long runs are work", async () => {
  watch.took("default");
  await lookTimes(20);
  expect(watch.stuck()).toBeUndefined();
});

test("one of a pool that somebody paused is not", async () => {
  const backlog = answer;
  answer = async (pool) => ({ ...(await backlog(pool)), isPaused: true });
  await lookTimes(20);
  expect(watch.stuck()).toBeUndefined();
});

test("one whose Redis is away is not, and begins anew when it is back", async () => {
  const backlog = answer;
  await lookTimes(5);
  answer = () => Promise.reject(new Error("away"));
  await lookTimes(5);
  expect(errors).toHaveLength(10);
  answer = backlog;
  await lookTimes(5);
  expect(watch.stuck()).toBeUndefined();
  await lookTimes(1);
  expect(watch.stuck()).toBeDefined();
});

test("an answer that was minutes on its way tells nothing", async () => {
  const backlog = answer;
  await lookTimes(5);
  answer = async (pool) => {
    monotonic += 120_000;
    return backlog(pool);
  };
  await lookTimes(1);
  expect(watch.stuck()).toBeUndefined();
});

test("one whose writes nobody confirms is not, and begins anew when they are confirmed again", async () => {
  isHeard = false;
  await lookTimes(9);
  expect(watch.stuck()).toBeUndefined();
  isHeard = true;
  expect(watch.stuck()).toBeUndefined();
  await lookTimes(5);
  expect(watch.stuck()).toBeUndefined();
  await lookTimes(1);
  expect(watch.stuck()).toMatch(/^no run of pool default/);
});
