/** Waits that are longer than a queue can hold, in runs of a real worker on a clock that jumps. */
import { delayMsMax } from "@runfleet/model";
import { afterEach, expect, test, vi } from "vitest";
import { flow, gate, sleep } from "../../support/engine/definitions.js";
import { openMemoryFleet, stepLines } from "../../support/worker/memory-fleet.js";

const dayMs = 86_400_000;
const threeYearsMs = 3 * 365 * dayMs + 90_000;
/** For what happens in real time; vitest itself gives up after one second. */
const patient = { timeout: 20_000 };

afterEach(() => {
  vi.useRealTimers();
});

/** Jumps from look to look until the run has ended; answers when each look was, from the start on. */
async function jumpToTheEnd(definition: Parameters<typeof flow>[0]) {
  vi.useFakeTimers({ toFake: ["Date"] });
  const fleet = await openMemoryFleet();
  const startedAt = Date.now();
  const run = await fleet.start(flow(definition));
  await run.parked();
  let hasEnded = false;
  const ended = run.ended().then((remains) => {
    hasEnded = true;
    return remains;
  });
  const looksMs: number[] = [];
  while (!hasEnded && looksMs.length < 20) {
    const dueAt = await vi.waitUntil(() => hasEnded || fleet.queue.nextDueAt(), patient);
    if (dueAt === true) break;
    looksMs.push(dueAt - startedAt);
    vi.setSystemTime(dueAt);
    fleet.queue.tick();
    await vi.waitUntil(() => hasEnded || fleet.queue.nextDueAt() !== dueAt, patient);
  }
  return { looksMs, ...(await ended) };
}

test("a sleep of years is looked at once a year, sleeps on, and ends at its time", async () => {
  const { looksMs, record, steps } = await jumpToTheEnd([sleep("nap", `${threeYearsMs}ms`)]);
  expect(record.status).toBe("completed");
  expect(stepLines(steps)).toEqual(["nap#1 completed"]);
  const sleptMs = (steps[0]?.endedAt ?? 0) - (steps[0]?.startedAt ?? 0);
  expect(sleptMs).toBeGreaterThanOrEqual(threeYearsMs);
  expect(sleptMs).toBeLessThan(threeYearsMs + 1_000);
  expect(looksMs).toHaveLength(4);
  expect(looksMs[0]).toBeLessThan(delayMsMax + 1_000);
});

test("a gate may stay open for years as well, and times out at its time", async () => {
  const node = gate("human_approval", { timeoutMs: threeYearsMs, onTimeout: "continue" });
  const { record, steps } = await jumpToTheEnd([node]);
  expect(record.status).toBe("completed");
  expect((steps[0]?.endedAt ?? 0) - (steps[0]?.startedAt ?? 0)).toBeGreaterThanOrEqual(threeYearsMs);
});
