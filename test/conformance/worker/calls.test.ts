// The reference's tests of the dispatch of a call (part of its group L): a long attempt keeps its run, a too long one ends.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { call, flow } from "../../support/engine/definitions.js";
import { gives, waits } from "../../support/worker/actions.js";
import { leaseTtlMs, openMemoryFleet, stepLines } from "../../support/worker/memory-fleet.js";

describe("an attempt that takes long", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance", "Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("T-CALL-01 keeps its run for as long as it takes: nobody else can take it over", async () => {
    const slow = waits("slow");
    const fleet = await openMemoryFleet({ config: { actions: [slow] } });
    const { ended } = await fleet.start(flow([call("slow")]));
    await slow.begun;
    const begunAt = (await fleet.remains("RUN")).record.heartbeatAt ?? 0;
    for (let passed = 0; passed < 3 * leaseTtlMs; passed += 1_000) {
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await fleet.leases.acquire("RUN", leaseTtlMs)).toMatchObject({ tag: "busy" });
    }
    expect((await fleet.remains("RUN")).record.heartbeatAt).toBeGreaterThan(begunAt + 2 * leaseTtlMs);
    slow.letGo();
    const { record, steps } = await ended();
    expect(record).toMatchObject({ status: "completed", recoveries: 0 });
    expect(stepLines(steps)).toEqual(["slow#1 completed"]);
  });
});

test("T-CALL-04 a call that takes longer than its timeout is aborted and has timed out", async () => {
  const slow = waits("slow");
  const fleet = await openMemoryFleet({ config: { actions: [slow] } });
  const { record, steps } = await fleet.run(flow([call("slow", { timeoutMs: 10 }), call("never")]));
  expect(record).toMatchObject({ status: "failed", error: { code: "step_timed_out" } });
  expect(steps).toMatchObject([
    { name: "slow", status: "timed_out", error: { message: "step 'slow' timed out after 10 ms" } },
  ]);
  expect(slow.reasons).toEqual(["timeout"]);
});

test("a timeout is a failure like others: retries and on_fail apply", async () => {
  const slow = waits("slow");
  const fleet = await openMemoryFleet({ config: { actions: [slow, gives("next")] } });
  const node = call("slow", { timeoutMs: 10, retries: 1, onFail: { kind: "continue" } });
  const { record, steps } = await fleet.run(flow([node, call("next")]));
  expect(record.status).toBe("completed");
  expect(stepLines(steps)).toEqual(["slow#1 timed_out", "slow#2 timed_out", "next#1 completed"]);
});
