/** Cancelling a run: what is aborted, what is waited for and how long, and how the run ends. */
import { expect, test } from "vitest";
import { call, child, flow, gate, parallel, sleep } from "../../../test/support/engine/definitions.js";
import { createWorld, failed, hangs, ok } from "../../../test/support/engine/world.js";
import { attemptStopMs } from "./grace.js";

test("a cancel aborts the running attempt, waits for it, runs always and ends cancelled", () => {
  const world = createWorld(flow([call("plan"), call("build")], { always: [call("clean")] }), {
    steps: { plan: [hangs] },
  });
  world.start();
  expect(world.cancel("wrong branch").status).toBe("cancelling");
  expect(world.asked("abortAttempt")).toEqual([
    { type: "abortAttempt", address: "b.0", attempt: 1, reason: "cancelled" },
  ]);
  const { ended } = world.attemptEnds("b.0", 1, {
    type: "cancelled",
    reason: "aborted",
    usage: { costUsd: 2 },
  });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 plan#1
    run.cancelling reason=wrong branch by=ann
    step.cancelled b.0 plan#1 reason=wrong branch
    step.started a.0 clean#1
    step.completed a.0 clean#1 markers=[]
    metrics.updated
    run.cancelled reason=wrong branch"
  `);
  expect(ended).toMatchObject({
    status: "cancelled",
    error: { code: "run_cancelled", message: "wrong branch" },
  });
  expect(world.decision()?.totals.costUsd).toBe(2);
});

test("an attempt that ignores the abort is given up after its grace", () => {
  const world = createWorld(flow([call("plan")]), { steps: { plan: [hangs] } });
  world.start();
  expect(world.cancel().nextDeadlineAt).toBe(world.now() + attemptStopMs);
  expect(world.advance(attemptStopMs - 1).ended).toBeUndefined();
  expect(world.advance(1).ended?.status).toBe("cancelled");
  world.attemptEnds("b.0", 1, ok());
  expect(world.facts.at(-1)).toMatchObject({ type: "event.ignored", event: "attemptEnded" });
});

test("a cancel closes gates, sleeps and pauses before retries at once", () => {
  for (const node of [
    gate("human_approval"),
    sleep("nap", "1h"),
    call("plan", { retries: 1, retryDelayMs: 60_000 }),
  ]) {
    const world = createWorld(flow([node]), { steps: { plan: [failed("x")] } });
    world.start();
    expect(world.cancel().ended?.status).toBe("cancelled");
  }
});

test("a cancelled child run is waited for, at most a minute", () => {
  const world = createWorld(flow([child("review")]), { children: { review: [hangs] } });
  world.start();
  expect(world.cancel("stop it").commands).toEqual([
    { type: "cancelChild", childId: "child:b.0:1:", reason: "stop it" },
  ]);
  expect(world.decision()?.blockedOn).toMatchObject([{ type: "child" }]);
  expect(world.advance(60_000).ended?.status).toBe("cancelled");
});

test("a second cancel is ignored", () => {
  const world = createWorld(flow([child("review")]), { children: { review: [hangs] } });
  world.start();
  world.cancel();
  world.cancel();
  expect(world.facts.at(-1)).toMatchObject({ type: "event.ignored", reason: "the run is stopping already" });
});

test("a run cancelled before its first step does nothing but always", () => {
  const world = createWorld(flow([call("plan")], { always: [call("clean")] }));
  const at = world.now();
  const { ended } = world.send(
    { type: "started", at },
    { type: "cancelRequested", at, reason: "no", by: "ann" },
  );
  expect(ended?.status).toBe("cancelled");
  expect(world.stepLines()).toEqual(["clean#1 completed"]);
});

test("a cancel together with the last result leaves the run completed", () => {
  const world = createWorld(flow([call("plan")]), { steps: { plan: [hangs] } });
  world.start();
  const at = world.now();
  const { ended } = world.send(
    { type: "attemptEnded", address: "b.0", attempt: 1, outcome: ok() },
    { type: "cancelRequested", at, reason: "late", by: "ann" },
  );
  expect(ended?.status).toBe("completed");
});

test.each([
  ["a person", (world: ReturnType<typeof createWorld>) => world.cancel(), "run_cancelled"],
  ["the run's timeout", (world: ReturnType<typeof createWorld>) => world.advance(60_000), "run_timed_out"],
])("%s that cuts a branch cuts its block, also when the other branches were enough", (_who, stop, code) => {
  const block = parallel([call("a"), call("b"), call("c")], { minSuccess: 1, name: "checks" });
  const world = createWorld(flow([block, call("after")]), {
    steps: { b: [failed("red")], c: [hangs] },
    run: { timeoutMs: 60_000 },
  });
  world.start();
  stop(world);
  const { ended } = world.attemptEnds("b.0.2", 1, { type: "cancelled", reason: "told to" });
  expect(ended?.error?.code).toBe(code);
  expect(world.stepLines()).toEqual(["a#1 completed", "b#1 failed", "c#1 cancelled"]);
  expect(world.state().results["checks"]).toBeUndefined();
});

test("a cancel together with a result starts nothing more", () => {
  const world = createWorld(flow([call("plan"), call("build")]), { steps: { plan: [hangs] } });
  world.start();
  const { ended } = world.send(
    { type: "attemptEnded", address: "b.0", attempt: 1, outcome: ok() },
    { type: "cancelRequested", at: world.now(), reason: "late", by: "ann" },
  );
  expect(ended?.status).toBe("cancelled");
  expect(world.stepLines()).toEqual(["plan#1 completed"]);
});

test("a retry that the same call cancels is not handed out", () => {
  const world = createWorld(flow([call("plan", { retries: 3 })]), { steps: { plan: [hangs] } });
  world.start();
  const decision = world.decideOnce([
    { type: "attemptEnded", address: "b.0", attempt: 1, outcome: failed("x") },
    { type: "cancelRequested", at: world.now(), reason: "no", by: "ann" },
  ]);
  expect(decision.commands).toEqual([]);
  expect(decision.ended?.status).toBe("cancelled");
});

test("a cancel during always bounds its time and does not change the end", () => {
  const world = createWorld(flow([call("work")], { always: [call("clean"), call("report")] }), {
    steps: { clean: [hangs] },
  });
  world.start();
  expect(world.cancel().ended).toBeUndefined();
  world.advance(5 * 60_000);
  expect(world.asked("abortAttempt")).toHaveLength(1);
  expect(world.advance(attemptStopMs).ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual(["work#1 completed", "clean#1 cancelled"]);
});

test("a stopping attempt whose worker is gone is not waited for", () => {
  const world = createWorld(flow([call("plan")]), { steps: { plan: [hangs] } });
  world.start();
  world.cancel();
  expect(world.activate().ended?.status).toBe("cancelled");
});
