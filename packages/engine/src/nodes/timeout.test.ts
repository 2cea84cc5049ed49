/** Attempts that take too long: their end is waited for before anything else happens to the step, but not for ever. */
import { expect, test } from "vitest";
import { call, child, flow, parallel, script } from "../../../../test/support/engine/definitions.js";
import { childResult, createWorld, failed, hangs, ok } from "../../../../test/support/engine/world.js";
import { attemptStopMs, childStopMs } from "../grace.js";

const slow = { retries: 1, timeoutMs: 1_000 };
const fixAgent = { kind: "agent", agent: { kind: "name", value: "fix" } } as const;

test("a timeout aborts the attempt, and the next one begins when it has ended", () => {
  const world = createWorld(flow([script("build", slow)]), { steps: { build: [hangs, ok()] } });
  expect(world.start().nextDeadlineAt).toBe(world.now() + 1_000);
  const timedOutAt = world.now() + 1_000;
  const decision = world.advance(1_000);
  expect(decision.commands).toEqual([
    { type: "abortAttempt", address: "b.0", attempt: 1, reason: "timeout" },
  ]);
  expect(decision).toMatchObject({
    status: "running",
    localWork: true,
    nextDeadlineAt: timedOutAt + attemptStopMs,
  });
  world.setNow(timedOutAt + 3_000);
  const late = { type: "cancelled", reason: "timeout", usage: { costUsd: 2 } } as const;
  expect(world.attemptEnds("b.0", 1, late).ended?.status).toBe("completed");
  expect(world.decision()?.totals.costUsd).toBe(2);
  expect(world.steps.get("b.0#1")).toMatchObject({
    status: "timed_out",
    endedAt: timedOutAt,
    error: { code: "step_timed_out", message: "step 'build' timed out after 1000 ms" },
    usage: { costUsd: 2 },
  });
  expect(world.steps.get("b.0#2")).toMatchObject({ startedAt: timedOutAt + 3_000 });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 build#1
    step.timed_out b.0 build#1
    step.retrying b.0 build#2 delayMs=0 error={"code":"step_timed_out","message":"step 'build' timed out after 1000 ms"}
    step.started b.0 build#2
    step.completed b.0 build#2 markers=[]
    metrics.updated
    run.completed"
  `);
});

test("what an attempt achieves after its time does not count", () => {
  const world = createWorld(flow([call("plan", { timeoutMs: 1_000 })]), { steps: { plan: [hangs] } });
  world.start();
  world.advance(1_000);
  expect(world.attemptEnds("b.0", 1, ok({ markers: ["ready"] })).ended).toMatchObject({
    status: "failed",
    error: { code: "step_timed_out" },
  });
  expect(world.state().results["plan"]).toMatchObject({ status: "timed_out", markers: [] });
});

test("an attempt that does not stop is given up, and its later end is ignored", () => {
  const world = createWorld(flow([call("plan", slow)]), { steps: { plan: [hangs] } });
  world.start();
  world.advance(1_000);
  expect(world.advance(attemptStopMs - 1).commands).toEqual([]);
  expect(world.advance(1).commands).toMatchObject([{ type: "runAction", attempt: 2 }]);
  world.attemptEnds("b.0", 1, ok());
  expect(world.facts.at(-1)).toMatchObject({ type: "event.ignored" });
  world.toDeadline();
  expect(world.toDeadline().ended).toMatchObject({ status: "failed", error: { code: "step_timed_out" } });
  expect(world.stepLines()).toEqual(["plan#1 timed_out", "plan#2 timed_out"]);
});

test("the pause before the next attempt begins when the attempt has ended", () => {
  const node = call("plan", { ...slow, retryDelayMs: 60_000, backoff: "fixed" });
  const world = createWorld(flow([node]), { steps: { plan: [hangs] } });
  world.start();
  world.advance(1_000);
  world.setNow(world.now() + 2_000);
  const decision = world.attemptEnds("b.0", 1, failed("interrupted"));
  expect(decision).toMatchObject({ status: "waiting", nextDeadlineAt: world.now() + 60_000 });
});

test("on_fail begins when the last attempt has ended", () => {
  const node = call("plan", { timeoutMs: 1_000, onFail: fixAgent });
  const world = createWorld(flow([node]), { steps: { plan: [hangs], fix: [hangs] } });
  world.start();
  expect(world.advance(1_000).commands).toMatchObject([{ type: "abortAttempt" }]);
  const { commands } = world.decideOnce([
    { type: "attemptEnded", address: "b.0", attempt: 1, outcome: failed("interrupted") },
  ]);
  expect(commands).toMatchObject([
    { type: "runAction", address: "b.0.f", variables: { failed_step: "plan" } },
  ]);
});

test("a worker that takes over does not wait for the attempt of another", () => {
  const world = createWorld(flow([call("plan", slow)]), { steps: { plan: [hangs] } });
  world.start();
  const timedOutAt = world.advance(1_000).nextDeadlineAt;
  world.setNow(world.now() + 100);
  expect(timedOutAt).toBeGreaterThan(world.now());
  expect(world.activate().commands).toMatchObject([{ type: "runAction", attempt: 2 }]);
  expect(world.steps.get("b.0#1")).toMatchObject({ status: "timed_out", endedAt: world.now() - 100 });
});

test("an attempt whose time was over before the takeover is not handed out again", () => {
  const world = createWorld(flow([call("plan", slow)]), { steps: { plan: [hangs] } });
  world.start();
  world.setNow(world.now() + 5_000);
  const asked = world.activate().commands.filter(({ type }) => type === "runAction");
  expect(asked).toMatchObject([{ attempt: 2 }]);
});

test("a cancel while a timed out attempt stops sends no second abort and ends the run when it has stopped", () => {
  const world = createWorld(flow([call("plan", { ...slow, retries: 5 })]), { steps: { plan: [hangs] } });
  world.start();
  world.advance(1_000);
  expect(world.cancel("wrong branch").commands).toEqual([]);
  expect(world.attemptEnds("b.0", 1, ok()).ended?.status).toBe("cancelled");
  expect(world.stepLines()).toEqual(["plan#1 timed_out"]);
  expect(world.facts.filter(({ type }) => type.startsWith("step."))).toMatchObject([
    { type: "step.started" },
    { type: "step.timed_out" },
    { type: "step.cancelled", reason: "wrong branch" },
  ]);
});

test("a branch that timed out and is stopped by its block begins no further attempt", () => {
  const branches = [call("a", { ...slow, retries: 5 }), call("b")];
  const world = createWorld(flow([parallel(branches)]), { steps: { a: [hangs], b: [hangs] } });
  world.start();
  world.advance(1_000);
  world.attemptEnds("b.0.1", 1, failed("red"));
  expect(world.advance(attemptStopMs).ended?.status).toBe("failed");
  expect(world.stepLines()).toEqual(["a#1 timed_out", "b#1 failed"]);
});

test("an attempt that times out before it is handed out is not waited for", () => {
  const world = createWorld(flow([call("plan", { retries: 1, timeoutMs: 0 })]), { steps: { plan: [hangs] } });
  const taken = { type: "activated", worker: "w", generation: 1 } as const;
  world.decideOnce([{ type: "started", at: world.now() }, taken]);
  const decision = world.decideOnce([
    { type: "attemptEnded", address: "b.0", attempt: 1, outcome: failed("x") },
    taken,
  ]);
  expect(decision.commands).toEqual([]);
  expect(decision.ended?.error?.code).toBe("step_timed_out");
});

test("a child that takes too long is cancelled, and the next one starts when it has ended", () => {
  const world = createWorld(flow([child("review", slow)]), { children: { review: [hangs] } });
  world.start();
  const decision = world.advance(1_000);
  expect(decision.commands).toEqual([{ type: "cancelChild", childId: "child:b.0:1:", reason: "timeout" }]);
  expect(decision).toMatchObject({
    status: "waiting",
    localWork: false,
    blockedOn: [{ type: "child", childRunId: "child:b.0:1:" }],
    nextDeadlineAt: world.now() + childStopMs,
  });
  expect(world.activate().commands).toEqual([]);
  const cancelled = childResult({ status: "cancelled", totals: { ...childResult().totals, costUsd: 3 } });
  const { commands, totals } = world.childEnds("child:b.0:1:", "b.0", cancelled);
  expect(commands).toMatchObject([{ type: "startChild", childId: "child:b.0:2:" }]);
  expect(totals.costUsd).toBe(3);
  expect(world.childEnds("child:b.0:2:", "b.0", childResult()).ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual(["review#1 timed_out", "review#2 completed"]);
});

test("a child that does not stop is given up after a minute, and its later end is ignored", () => {
  const world = createWorld(flow([child("review", { timeoutMs: 1_000 })]), { children: { review: [hangs] } });
  world.start();
  world.advance(1_000);
  expect(world.advance(childStopMs).ended?.error?.code).toBe("step_timed_out");
  world.childEnds("child:b.0:1:", "b.0", childResult());
  expect(world.facts.at(-1)).toMatchObject({ type: "event.ignored" });
});
