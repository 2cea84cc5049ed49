/** Parked jobs are handed out by the fleet's time, whatever the clock of the machine that parked or takes them says. */
import { randomUUID } from "node:crypto";
import { createRunQueue } from "@runfleet/queue";
import { afterEach, expect, test } from "vitest";
import { connectTestRedis, randomTag, untilFact } from "./harness.js";

const hourMs = 3_600_000;
const waitMs = 600;
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

for (const [clock, aheadMs] of [
  ["an hour fast", -hourMs],
  ["an hour slow", hourMs],
] as const) {
  test(`a worker whose clock is ${clock} takes a delayed job when it is due, parks it and takes it again once`, async () => {
    const tag = randomTag();
    const connection = connectTestRedis(tag);
    const now = (): number => Date.now() + aheadMs;
    const queue = createRunQueue({ connection, tag, now });
    closers.push(
      () => connection.quit(),
      () => queue.close(),
    );
    const runId = randomUUID();
    const taken: number[] = [];
    const due = [now() + waitMs];
    await queue.consume({
      pool: "default",
      concurrency: 1,
      onError: () => {},
      handle: async () => {
        taken.push(now());
        if (taken.length > 1) return { type: "ended", status: "completed" };
        const until = now() + waitMs;
        due.push(until);
        return { type: "parked", until, stillParked: async () => true };
      },
    });
    await queue.add({ runId, workflow: "w", pool: "default", delayMs: waitMs });
    await untilFact("the job has ended", async () => (await queue.counts("default")).completed === 1);
    expect(taken).toHaveLength(2);
    for (const [index, at] of taken.entries()) expect(at).toBeGreaterThanOrEqual(due[index] ?? 0);
  });
}
