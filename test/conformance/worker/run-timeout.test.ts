/** The timeout of a run, in runs of a real worker: what is open ends, the cleanup runs, and the run has failed. */
import { afterEach, expect, test, vi } from "vitest";
import { call, flow, sleep } from "../../support/engine/definitions.js";
import { gives, waits } from "../../support/worker/actions.js";
import { openMemoryFleet, stepLines } from "../../support/worker/memory-fleet.js";

afterEach(() => {
  vi.useRealTimers();
});

test("an attempt that is running is aborted, nothing further begins, the cleanup runs", async () => {
  const slow = waits("slow");
  const fleet = await openMemoryFleet({ config: { actions: [slow, gives("clean")] } });
  const definition = flow([call("slow"), call("never")], { always: [call("clean")] });
  const { record, steps } = await fleet.run(definition, { timeoutMs: 50 });
  expect(record).toMatchObject({ status: "failed", error: { code: "run_timed_out" } });
  expect(slow.reasons).toHaveLength(1);
  expect(stepLines(steps)).toEqual(["slow#1 cancelled", "clean#1 completed"]);
});

test("a run that is parked is woken at its end", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const fleet = await openMemoryFleet({ config: { actions: [gives("clean")] } });
  const definition = flow([sleep("nap", "1h")], { always: [call("clean")] });
  const run = await fleet.start(definition, { timeoutMs: 60_000 });
  await run.parked();
  vi.setSystemTime(await vi.waitUntil(() => fleet.queue.nextDueAt(), { timeout: 20_000 }));
  fleet.queue.tick();
  const { record, steps } = await run.ended();
  expect(record).toMatchObject({ status: "failed", error: { code: "run_timed_out" } });
  expect(stepLines(steps)).toEqual(["nap#1 cancelled", "clean#1 completed"]);
});
