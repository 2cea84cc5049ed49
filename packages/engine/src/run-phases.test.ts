/** The life of a run: start, timeout, always, end, and events nobody waits for. */
import { describe, expect, test } from "vitest";
import {
  always,
  block,
  call,
  child,
  flow,
  gate,
  script,
  when,
  whileLoop,
} from "../../../test/support/engine/definitions.js";
import { createWorld, failed, hangs, ok } from "../../../test/support/engine/world.js";

test("steps run one after the other and the run completes", () => {
  const world = createWorld(flow([call("plan"), script("build")]), {
    steps: { plan: [ok({ markers: ["ready"] })] },
  });
  const decision = world.start();
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 plan#1
    step.completed b.0 plan#1 markers=["ready"]
    step.started b.1 build#1
    step.completed b.1 build#1 markers=[]
    metrics.updated
    run.completed"
  `);
  expect(decision.status).toBe("completed");
  expect(decision.ended?.summary).toMatchInlineSnapshot(`
    "flow: 2/2 steps completed
      [ok] plan
      [ok] build
    Status: SUCCESS"
  `);
});

test("an empty body completes at once", () => {
  expect(createWorld(flow([])).start().ended?.status).toBe("completed");
});

test("the first failed step ends the body, and always runs with the status", () => {
  const world = createWorld(
    flow([call("plan"), call("build")], { always: [script("report", { run: "echo {{workflow_status}}" })] }),
    {
      steps: { plan: [failed("no idea")] },
    },
  );
  const { ended } = world.start();
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 plan#1
    step.failed b.0 plan#1 error={"code":"boom","message":"no idea"}
    step.started a.0 report#1
    step.completed a.0 report#1 markers=[]
    metrics.updated
    run.failed error={"code":"step_failed","message":"step 'plan' failed after 1 attempt: no idea"}"
  `);
  expect(ended).toMatchObject({ status: "failed", error: { code: "step_failed" } });
  expect(world.asked("runScript")[0]).toMatchObject({
    command: "echo 'failed'",
    inputs: { workflow_status: "failed" },
  });
});

test("with failFast off the run goes on after a failed step and fails at its end", () => {
  const world = createWorld(flow([block([call("a"), call("b")]), call("c")]), {
    steps: { a: [failed("no")] },
    run: { failFast: false },
  });
  expect(world.start().ended).toMatchObject({
    status: "failed",
    error: { message: "step 'a' failed after 1 attempt: no" },
  });
  expect(world.stepLines()).toEqual(["a#1 failed", "b#1 completed", "c#1 completed"]);
});

test("a failing cleanup does not skip the next one and does not change how the run ended", () => {
  const world = createWorld(
    flow([call("work")], { always: [call("first"), block([call("second"), call("never")]), call("last")] }),
    {
      steps: { first: [failed("x")], second: [failed("y")] },
    },
  );
  expect(world.start().ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual([
    "work#1 completed",
    "first#1 failed",
    "second#1 failed",
    "last#1 completed",
  ]);
});

test("conditional cleanup runs after a failed body", () => {
  const world = createWorld(flow([call("work")], { always: [when("tidy", [call("clean")])] }), {
    steps: { work: [failed("x")] },
    run: { inputs: { tidy: "TRUE" } },
  });
  world.start();
  expect(world.stepLines()).toContain("clean#1 completed");
});

test("a nested always goes on after a failure and fails the body at its end", () => {
  const world = createWorld(flow([always([call("a"), call("b")]), call("c")]), {
    steps: { a: [failed("x")] },
  });
  expect(world.start().ended?.status).toBe("failed");
  expect(world.stepLines()).toEqual(["a#1 failed", "b#1 completed"]);
});

test("a run that takes longer than its timeout is stopped and fails, after always", () => {
  const world = createWorld(flow([call("plan")], { always: [call("clean")] }), {
    steps: { plan: [hangs] },
    run: { timeoutMs: 10_000 },
  });
  expect(world.start().nextDeadlineAt).toBe(world.now() + 10_000);
  expect(world.advance(10_000).status).toBe("running");
  const { ended } = world.attemptEnds("b.0", 1, { type: "cancelled", reason: "aborted" });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 plan#1
    run.timed_out
    step.cancelled b.0 plan#1 reason=run timed out
    step.started a.0 clean#1
    step.completed a.0 clean#1 markers=[]
    metrics.updated
    run.failed error={"code":"run_timed_out","message":"the run took longer than its timeout"}"
  `);
  expect(ended).toMatchObject({ status: "failed", error: { code: "run_timed_out" } });
});

test("events nobody waits for are recorded as ignored and change nothing", () => {
  const world = createWorld(flow([gate("human_approval"), child("review")]), {
    children: { review: [hangs] },
  });
  world.start();
  const before = world.parts();
  const at = world.now();
  world.send({ type: "started", at });
  world.send({ type: "retryRequested", at, by: "ann" });
  world.attemptEnds("b.0", 1, ok());
  world.attemptEnds("b", 1, ok());
  world.send({ type: "itemsFailed", address: "b.7", error: { code: "x", message: "x" } });
  expect(world.parts()).toEqual(before);
  expect(world.facts.filter(({ type }) => type === "event.ignored")).toMatchInlineSnapshot(`
    [
      {
        "event": "started",
        "reason": "the run has started before",
        "type": "event.ignored",
      },
      {
        "event": "retryRequested",
        "reason": "the run has not ended",
        "type": "event.ignored",
      },
      {
        "event": "attemptEnded",
        "reason": "a gate waits for answers only",
        "type": "event.ignored",
      },
      {
        "event": "attemptEnded",
        "reason": "sequence at b waits for no event",
        "type": "event.ignored",
      },
      {
        "event": "itemsFailed",
        "reason": "nothing waits at b.7",
        "type": "event.ignored",
      },
    ]
  `);
});

test("nothing happens to an ended run", () => {
  const world = createWorld(flow([call("plan")]));
  world.start();
  const before = world.parts();
  world.cancel();
  world.signal("go");
  world.activate();
  world.retry();
  expect(world.parts()).toEqual(before);
  expect(world.decision()?.ended?.status).toBe("completed");
});

test("a new activation asks again for what was in flight, under the same attempt", () => {
  const world = createWorld(flow([call("plan", { retries: 2 })]), {
    steps: { plan: [failed("once"), hangs] },
  });
  world.start();
  const decision = world.activate(7);
  expect(decision.commands).toMatchObject([
    { type: "runAction", address: "b.0", attempt: 2, retryError: "once", retriesRemaining: 1 },
  ]);
  expect(decision.facts).toEqual([{ type: "run.resumed", generation: 7 }]);
  expect(decision.steps).toEqual([]);
});

describe("a definition that moves for ever without a step", () => {
  const spin = whileLoop("plan.go", [], { maxIterations: 1_000_000_000 });
  const steps = { plan: [ok({ markers: ["go"] })] };

  test("fails, and its always block still runs", () => {
    const world = createWorld(flow([call("plan"), spin], { always: [call("clean")] }), {
      steps,
    });
    expect(world.start().ended).toMatchObject({ status: "failed", error: { code: "loop_limit" } });
    expect(world.stepLines()).toContain("clean#1 completed");
  });

  test("ends as its body did when it is the always block that moves", () => {
    const world = createWorld(flow([call("plan")], { always: [spin] }), { steps });
    expect(world.start().ended).toMatchObject({ status: "completed" });
  });
});
