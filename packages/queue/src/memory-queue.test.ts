/** What only the twin can do: stand still, jump, and lose a worker on purpose. The rest is in the conformance suite. */
import type { Disposition, StopSignal } from "@runfleet/model";
import { expect, test } from "vitest";
import { createMemoryQueue } from "./memory-queue.js";

function start() {
  let now = 1_000_000;
  const queue = createMemoryQueue({ now: () => now });
  const jump = (ms: number): void => {
    now += ms;
    queue.tick();
  };
  return { queue, jump, now: () => now };
}

const pool = "default";
const done: Disposition = { type: "ended", status: "completed" };
const add = (queue: ReturnType<typeof start>["queue"], runId: string, delayMs: number) =>
  queue.add({ runId, workflow: "review", pool, delayMs });

test("nothing is due before the clock says so, and the next due time is known", async () => {
  const { queue, jump, now } = start();
  const seen: string[] = [];
  await queue.consume({
    pool,
    concurrency: 1,
    onError: () => {},
    handle: async ({ runId }) => {
      seen.push(runId);
      return done;
    },
  });
  expect(queue.nextDueAt()).toBeUndefined();
  await add(queue, "late", 5_000);
  await add(queue, "soon", 2_000);
  expect(queue.nextDueAt()).toBe(now() + 2_000);
  jump(1_999);
  expect((await queue.counts(pool)).delayed).toBe(2);
  jump(1);
  await expect.poll(() => seen).toEqual(["soon"]);
  jump(86_400_000);
  await expect.poll(() => seen).toEqual(["soon", "late"]);
  expect(queue.nextDueAt()).toBeUndefined();
});

test("a job whose worker died goes to another one, and the dead one's answer changes nothing", async () => {
  const { queue } = start();
  const errors: string[] = [];
  const signals: StopSignal[] = [];
  let answerLate = (_: Disposition): void => {};
  await queue.consume({
    pool,
    concurrency: 2,
    onError: (error) => errors.push(error.message),
    handle: ({ signal }) => {
      signals.push(signal);
      if (signals.length > 1) return Promise.resolve(done);
      return new Promise((resolve) => {
        answerLate = resolve;
      });
    },
  });
  await add(queue, "run1", 0);
  await expect.poll(() => signals).toHaveLength(1);
  queue.loseLock("run1", pool);
  expect(signals[0]?.aborted).toBe(true);
  await expect.poll(async () => (await queue.counts(pool)).completed).toBe(1);
  answerLate({ type: "ended", status: "failed" });
  await expect.poll(() => errors).toEqual(["the job of run run1 had gone to somebody else"]);
  expect(await queue.counts(pool)).toMatchObject({ active: 0, completed: 1, failed: 0 });
  queue.loseLock("run1", pool);
  expect((await queue.counts(pool)).waiting).toBe(0);
});

test("ended jobs are forgotten by age", async () => {
  let now = 0;
  const queue = createMemoryQueue({ now: () => now, keepEnded: { ageMs: 1_000, count: 10 } });
  await queue.consume({ pool, concurrency: 1, onError: () => {}, handle: async () => done });
  await queue.add({ runId: "old", workflow: "review", pool });
  await expect.poll(async () => (await queue.counts(pool)).completed).toBe(1);
  now = 1_000;
  await queue.add({ runId: "new", workflow: "review", pool });
  await expect.poll(async () => await queue.wake("old", pool)).toBe("missing");
  expect(await queue.wake("new", pool)).toBe("ended");
});
