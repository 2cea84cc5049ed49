/** An operator's retry: completed steps stay, failed ones run again, later ones follow. */
import { expect, test } from "vitest";
import {
  block,
  call,
  child,
  doWhile,
  flow,
  foreach,
  gate,
  parallel,
  qualityGate,
  sleep,
  when,
  whileLoop,
} from "../../../test/support/engine/definitions.js";
import { childResult, createWorld, failed, item, ok } from "../../../test/support/engine/world.js";

test("a failed run goes on from its failed step", () => {
  const world = createWorld(
    flow([call("plan"), when("go", [block([call("build", { retries: 1 }), call("test")])]), call("ship")], {
      always: [call("clean")],
    }),
    {
      steps: { build: [failed("a"), failed("b"), ok()] },
      run: { inputs: { go: "true" } },
    },
  );
  expect(world.start().ended?.status).toBe("failed");
  const shown = world.facts.length;
  expect(world.retry().ended?.status).toBe("completed");
  expect(world.transcript(shown)).toMatchInlineSnapshot(`
    "run.retried by=ann
    step.started b.1.0.0.0 build#3
    step.completed b.1.0.0.0 build#3 markers=[]
    step.started b.1.0.0.1 test#1
    step.completed b.1.0.0.1 test#1 markers=[]
    step.started b.2 ship#1
    step.completed b.2 ship#1 markers=[]
    step.started a@1.0 clean#1
    step.completed a@1.0 clean#1 markers=[]
    metrics.updated
    run.completed"
  `);
});

test("the retried step has its whole budget of retries again and a new child run", () => {
  const world = createWorld(flow([child("review", { retries: 1 })]), {
    children: { review: [childResult({ status: "failed" })] },
  });
  world.start();
  expect(world.retry().ended?.status).toBe("failed");
  expect(world.asked("startChild").map(({ childId }) => childId)).toEqual(
    [1, 2, 3, 4].map((attempt) => `child:b.0:${attempt}:`),
  );
});

test("a run can be retried again and again", () => {
  const world = createWorld(flow([call("a"), call("b")], { always: [child("clean")] }), {
    steps: { b: [failed("1"), failed("2"), ok()] },
  });
  world.start();
  world.retry();
  expect(world.retry().ended?.status).toBe("completed");
  expect(world.stepLines().filter((line) => !line.startsWith("clean"))).toEqual([
    "a#1 completed",
    "b#1 failed",
    "b#2 failed",
    "b#3 completed",
  ]);
  expect(world.asked("startChild").map(({ address }) => address)).toEqual(["a.0", "a@1.0", "a@2.0"]);
});

test("completed and cancelled runs cannot be retried", () => {
  const world = createWorld(flow([gate("human_approval")]));
  world.start();
  world.cancel();
  world.retry();
  expect(world.decision()?.ended?.status).toBe("cancelled");
  expect(world.facts.at(-1)).toMatchObject({ type: "event.ignored", reason: "only failed runs can go on" });
});

test("only the branches that did not succeed run again", () => {
  const world = createWorld(
    flow([parallel([call("a"), call("b"), call("c")], { failFast: false, name: "checks" }), call("end")]),
    {
      steps: {
        a: [ok({ markers: ["x"] })],
        b: [failed("no"), ok({ markers: ["y"] })],
        c: [failed("no"), ok()],
      },
    },
  );
  world.start();
  expect(world.retry().ended?.status).toBe("completed");
  expect(world.asked("runAction").map(({ address, attempt }) => `${address}#${attempt}`)).toEqual([
    "b.0.0#1",
    "b.0.1#1",
    "b.0.2#1",
    "b.0.1#2",
    "b.0.2#2",
    "b.1#1",
  ]);
  expect(world.state().results["checks"]?.markers).toEqual(["x", "y"]);
});

test("branches that fail-fast stopped run again", () => {
  const world = createWorld(flow([parallel([call("a"), call("b")])]), {
    steps: { a: ["hangs", ok()], b: [failed("no"), ok()] },
  });
  world.start();
  world.attemptEnds("b.0.0", 1, { type: "cancelled", reason: "aborted" });
  expect(world.retry().ended?.status).toBe("completed");
});

test("a loop goes on in the iteration that failed", () => {
  const world = createWorld(flow([doWhile("test.red", [call("fix"), call("test")], { maxIterations: 3 })]), {
    steps: { test: [ok({ markers: ["red"] }), failed("crash"), ok()] },
  });
  world.start();
  expect(world.retry().ended?.status).toBe("completed");
  expect(world.asked("runAction").map(({ address, attempt }) => `${address}#${attempt}`)).toEqual([
    "b.0.0@0.0#1",
    "b.0.0@0.1#1",
    "b.0.0@1.0#1",
    "b.0.0@1.1#1",
    "b.0.0@1.1#2",
  ]);
});

test("a loop that failed at its cap gets the cap again, with new iterations", () => {
  const world = createWorld(
    flow([call("test"), whileLoop("test.red", [call("test")], { maxIterations: 2 })]),
    {
      steps: { test: [ok({ markers: ["red"] }), ok({ markers: ["red"] }), ok({ markers: ["red"] }), ok()] },
    },
  );
  expect(world.start().ended?.error?.code).toBe("loop_limit");
  expect(world.retry().ended?.status).toBe("completed");
  expect(world.asked("runAction").at(-1)?.address).toBe("b.1.0@2.0");
});

test("a rejected gate opens again and waits as long as the first time", () => {
  const world = createWorld(flow([gate("human_approval")]));
  world.start();
  world.reject("b.0", "not yet");
  world.advance(1_000);
  expect(world.retry().gatesOpened).toMatchObject([{ address: "b.0", deadline: world.now() + 86_400_000 }]);
  expect(world.approve("b.0").ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual(["human_approval#1 failed", "human_approval#2 completed"]);
});

test("a quality gate is looked at again, after the failed step before it", () => {
  const world = createWorld(flow([call("judge"), qualityGate("judge", 50)]), {
    steps: { judge: [ok({ output: '{"confidence":10}' })] },
  });
  world.start();
  expect(world.retry().ended?.error?.code).toBe("gate_rejected");
});

test("a fan-out runs only the items that did not complete, as new children", () => {
  const world = createWorld(flow([foreach("each", { onChildFail: "halt", maxParallel: 1 }), call("end")]), {
    items: { each: [item("a"), item("b"), item("c")] },
    children: { b: [childResult({ status: "failed" }), childResult()] },
  });
  expect(world.start().ended?.status).toBe("failed");
  expect(Object.keys(world.state().items)).toHaveLength(3);
  expect(world.retry().ended?.status).toBe("completed");
  expect(world.asked("startChild").map(({ childId }) => childId)).toEqual([
    "child:b.0:1:a",
    "child:b.0:1:b",
    "child:b.0:2:b",
    "child:b.0:2:c",
  ]);
  expect(world.state().items).toEqual({});
});

test("a fan-out whose list failed collects again", () => {
  const world = createWorld(flow([foreach("each")]), { items: { each: [item("a")] } });
  world.decideOnce([{ type: "started", at: world.now() }]);
  world.send({ type: "itemsFailed", address: "b.0", error: { code: "offline", message: "no list" } });
  expect(world.decision()?.ended?.status).toBe("failed");
  expect(world.retry().ended?.status).toBe("completed");
});

test("all failed steps of a run that goes on after failures run again, the others do not", () => {
  const world = createWorld(flow([call("a"), call("b"), call("c"), sleep("nap", "soon")]), {
    steps: { a: [failed("x"), ok()], c: [failed("y"), ok()] },
    run: { failFast: false },
  });
  world.start();
  world.retry();
  expect(world.stepLines()).toEqual([
    "a#1 failed",
    "b#1 completed",
    "c#1 failed",
    "nap#1 failed",
    "a#2 completed",
    "c#2 completed",
    "nap#2 failed",
  ]);
});

test("a run that timed out goes on with a new timeout", () => {
  const world = createWorld(flow([call("a"), call("b")]), {
    steps: { b: ["hangs", ok()] },
    run: { timeoutMs: 1_000 },
  });
  world.start();
  world.advance(1_000);
  world.attemptEnds("b.1", 1, { type: "cancelled", reason: "aborted" });
  expect(world.decision()?.ended?.error?.code).toBe("run_timed_out");
  expect(world.retry().ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual(["a#1 completed", "b#1 cancelled", "b#2 completed"]);
});

test("a run whose time was over between two steps goes on with the step that had not begun", () => {
  const world = createWorld(flow([call("a"), call("b")]), {
    steps: { a: ["hangs"] },
    run: { timeoutMs: 1_000 },
  });
  world.start();
  world.setNow(world.now() + 1_000);
  expect(world.attemptEnds("b.0", 1, ok()).ended?.error?.code).toBe("run_timed_out");
  expect(world.stepLines()).toEqual(["a#1 completed"]);
  expect(world.retry().ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual(["a#1 completed", "b#1 completed"]);
});

test("a cancel during a retry stops what is being done again", () => {
  const world = createWorld(
    flow([call("a", { onFail: { kind: "agent", agent: { kind: "name", value: "fix" } } })]),
    {
      steps: { a: [failed("x"), failed("y")], fix: [ok(), "hangs"] },
    },
  );
  world.start();
  world.retry();
  expect(world.asked("runAction").at(-1)?.address).toBe("b.0.f@2");
  world.cancel();
  expect(world.attemptEnds("b.0.f@2", 1, { type: "cancelled", reason: "aborted" }).ended?.status).toBe(
    "cancelled",
  );
});

test("a cancel in the call that retries reopens nothing", () => {
  const world = createWorld(flow([call("a"), call("b")]), { steps: { b: [failed("x")] } });
  world.start();
  const at = world.now();
  const { ended } = world.send(
    { type: "retryRequested", at, by: "ann" },
    { type: "cancelRequested", at, reason: "no", by: "ann" },
  );
  expect(ended?.status).toBe("cancelled");
  expect(world.stepLines()).toEqual(["a#1 completed", "b#1 failed"]);
});
