// The reference's tests of failures and how they spread (its group J), and what it leaves untested about attempts of a call.
import type { Schema } from "@runfleet/worker";
import { NonRetryableError, RetryableError } from "@runfleet/worker";
import { expect, test } from "vitest";
import { block, call, flow, parallel } from "../../support/engine/definitions.js";
import { fails, gives, throws } from "../../support/worker/actions.js";
import { openMemoryFleet, stepLines } from "../../support/worker/memory-fleet.js";

const bad = { config: { actions: [fails("bad")], fallback: gives("any") } };

test("T-FAIL-01 a failed step fails the run", async () => {
  const { record, steps } = await (await openMemoryFleet(bad)).run(flow([call("bad")]));
  expect(record.status).toBe("failed");
  expect(steps).toMatchObject([{ status: "failed", error: { code: "step_failed", message: "no luck" } }]);
});

test("T-FAIL-02 the always block runs after a failure, and the run has failed all the same", async () => {
  const fleet = await openMemoryFleet(bad);
  const { record, steps } = await fleet.run(flow([call("bad")], { always: [call("cleanup")] }));
  expect(record.status).toBe("failed");
  expect(stepLines(steps)).toEqual(["bad#1 failed", "cleanup#1 completed"]);
});

test("T-FAIL-03 nothing after the first failed step is begun", async () => {
  const { steps } = await (await openMemoryFleet(bad)).run(flow([call("bad"), block([call("next")])]));
  expect(stepLines(steps)).toEqual(["bad#1 failed"]);
});

test("T-FAIL-04 a run that was cancelled before it began does nothing and has not succeeded", async () => {
  const fleet = await openMemoryFleet(bad);
  const { enqueue, ended } = await fleet.create(flow([call("any")]));
  await fleet.cancel("RUN");
  await enqueue();
  const { record, steps } = await ended();
  expect(record).toMatchObject({ status: "cancelled", cancel: { reason: "enough", by: "ann" } });
  expect(steps).toEqual([]);
});

test("T-FAIL-05 a run that is cancelled while it waits is woken, ends cancelled and begins nothing more", async () => {
  const fleet = await openMemoryFleet(bad);
  const { parked, ended } = await fleet.start(flow([{ kind: "sleep", name: "nap", for: "1h" }, call("any")]));
  await parked();
  await fleet.cancel("RUN", "no longer needed");
  const { record, steps } = await ended();
  expect(record).toMatchObject({
    status: "cancelled",
    error: { code: "run_cancelled", message: "no longer needed" },
  });
  expect(stepLines(steps)).toEqual(["nap#1 cancelled"]);
});

test("gap J: retries of call: it is tried until it succeeds, with a row per attempt under one place", async () => {
  const flaky = throws("flaky", new Error("first"), new Error("second"));
  const fleet = await openMemoryFleet({ config: { actions: [flaky] } });
  const { record, steps } = await fleet.run(flow([call("flaky", { retries: 3 })]));
  expect(record.status).toBe("completed");
  expect(steps).toMatchObject([
    { address: "b.0", ordinal: 0, attempt: 1, status: "failed", error: { message: "first" } },
    { address: "b.0", ordinal: 0, attempt: 2, status: "failed", error: { message: "second" } },
    { address: "b.0", ordinal: 0, attempt: 3, status: "completed" },
  ]);
});

test("gap J: retry_error passing: each attempt is told the error of the one before and what is left", async () => {
  const flaky = throws("flaky", new Error("first"), new Error("second"));
  const fleet = await openMemoryFleet({ config: { actions: [flaky] } });
  await fleet.run(flow([call("flaky", { retries: 2 })]));
  expect(
    flaky.told.map(({ attempt, retryError, retriesRemaining }) => [attempt, retryError, retriesRemaining]),
  ).toEqual([
    [1, undefined, 2],
    [2, "first", 1],
    [3, "second", 0],
  ]);
  expect(new Set(flaky.told.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
});

test("gap J: row per attempt: also when all attempts fail, and a final failure says how many there were", async () => {
  const { record, steps } = await (await openMemoryFleet(bad)).run(flow([call("bad", { retries: 2 })]));
  expect(stepLines(steps)).toEqual(["bad#1 failed", "bad#2 failed", "bad#3 failed"]);
  expect(record.error?.message).toBe("step 'bad' failed after 3 attempts: no luck");
});

test.each([
  ["of the definition", { retryDelayMs: 60_000, backoff: "fixed" }, new Error("once")],
  ["an error asks for", {}, new RetryableError("once", { retryAfterMs: 60_000 })],
] as const)(
  "gap J: retries of call: a pause %s that is longer than a second holds no worker",
  async (_, options, error) => {
    const fleet = await openMemoryFleet({ config: { actions: [throws("flaky", error)] } });
    const { parked } = await fleet.start(flow([call("flaky", { retries: 1, ...options })]));
    const { record, steps } = await parked();
    expect(stepLines(steps)).toEqual(["flaky#1 failed"]);
    expect(record).toMatchObject({
      status: "waiting",
      blockedOn: [{ type: "retry", name: "flaky", attempt: 2 }],
    });
    expect(record).not.toHaveProperty("owner");
  },
);

test("gap J: an error that says it is final ends the retries", async () => {
  const final = throws("final", new NonRetryableError("no such account"));
  const fleet = await openMemoryFleet({ config: { actions: [final] } });
  const { steps } = await fleet.run(flow([call("final", { retries: 5 })]));
  expect(stepLines(steps)).toEqual(["final#1 failed"]);
});

test("gap J: on_fail continue: the step is forgiven, its record stays failed, the run completes", async () => {
  const fleet = await openMemoryFleet(bad);
  const { record, steps } = await fleet.run(
    flow([call("bad", { onFail: { kind: "continue" } }), call("next")]),
  );
  expect(record.status).toBe("completed");
  expect(stepLines(steps)).toEqual(["bad#1 failed", "next#1 completed"]);
});

test("gap J: on_fail agent: it learns what failed, and the step has failed all the same", async () => {
  const repair = throws("repair");
  const fleet = await openMemoryFleet({ config: { actions: [fails("bad"), repair] } });
  const agent = { kind: "name", value: "repair" } as const;
  const node = call("bad", { retries: 1, onFail: { kind: "agent", agent } });
  const { record, steps } = await fleet.run(flow([block([node], { output: "schema", with: ["snippet"] })]));
  expect(record.status).toBe("failed");
  expect(stepLines(steps)).toEqual(["bad#1 failed", "bad#2 failed", "repair#1 completed"]);
  expect(repair.told).toMatchObject([
    {
      variables: { failed_step: "bad", failure_reason: "no luck", retry_count: "1" },
      output: "schema",
      with: ["snippet"],
      retriesRemaining: 0,
    },
  ]);
});

test("gap J: on_fail agent: one that fails itself changes nothing", async () => {
  const actions = [fails("bad"), throws("repair", new Error("me too"))];
  const fleet = await openMemoryFleet({ config: { actions } });
  const agent = { kind: "name", value: "repair" } as const;
  const { record } = await fleet.run(flow([call("bad", { onFail: { kind: "agent", agent } })]));
  expect(record.error?.message).toBe("step 'bad' failed after 1 attempt: no luck");
});

test("gap J: schema errors: an output that does not fit fails the attempt, and the next one may fit", async () => {
  let answers = 0;
  const output: Schema<unknown> = {
    safeParse: (data) => {
      answers += 1;
      return answers === 1
        ? { success: false, error: { message: "verdict is missing" } }
        : { success: true, data };
    },
  };
  const fleet = await openMemoryFleet({
    config: { actions: [gives("judge", { output: { verdict: "yes" } }, output)] },
  });
  const { record, steps } = await fleet.run(flow([call("judge", { retries: 1 })]));
  expect(record.status).toBe("completed");
  expect(steps).toMatchObject([
    { status: "failed", error: { message: expect.stringContaining("verdict is missing") } },
    { status: "completed", output: '{"verdict":"yes"}' },
  ]);
});

test("gap J: plugin dir merge: those of the run come first, none twice, in branches too", async () => {
  const seen = throws("any");
  const fleet = await openMemoryFleet({ config: { fallback: seen } });
  const node = call("any", { pluginDirs: ["own", "shared"] });
  await fleet.run(flow([node, parallel([node])]), { pluginDirs: ["shared", "base"] });
  expect(seen.told.map(({ pluginDirs }) => pluginDirs)).toEqual([
    ["shared", "base", "own"],
    ["shared", "base", "own"],
  ]);
});

test("gap J: identity defaulting: a node's own, else the run's, else none", async () => {
  const seen = throws("any");
  const fleet = await openMemoryFleet({ config: { fallback: seen } });
  await fleet.run(flow([call("a", { as: "own" }), call("b")]), { identity: "default" });
  expect(seen.told.map(({ identity }) => identity)).toEqual(["own", "default"]);
  const other = await openMemoryFleet({ config: { fallback: seen } });
  await other.run(flow([call("c")]));
  expect(seen.told.at(-1)).not.toHaveProperty("identity");
});
