/** Loops: conditions, caps, stuck detection, failures and cancels inside. */
import { expect, test } from "vitest";
import { block, call, doWhile, flow, whileLoop } from "../../../../test/support/engine/definitions.js";
import { createWorld, failed, hangs, ok } from "../../../../test/support/engine/world.js";

const red = ok({ markers: ["red"] });

test("while runs until the marker is gone", () => {
  const world = createWorld(flow([call("test"), whileLoop("test.red", [call("fix"), call("test")])]), {
    steps: { test: [red, red, ok()] },
  });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 test#1
    step.completed b.0 test#1 markers=["red"]
    loop.iterated b.1 iteration=0
    step.started b.1.0@0.0 fix#1
    step.completed b.1.0@0.0 fix#1 markers=[]
    step.started b.1.0@0.1 test#1
    step.completed b.1.0@0.1 test#1 markers=["red"]
    loop.iterated b.1 iteration=1
    step.started b.1.0@1.0 fix#1
    step.completed b.1.0@1.0 fix#1 markers=[]
    step.started b.1.0@1.1 test#1
    step.completed b.1.0@1.1 test#1 markers=[]
    loop.ended b.1 iterations=2 reason=condition
    metrics.updated
    run.completed"
  `);
  expect(world.steps.get("b.1.0@1.1#1")).toMatchObject({ iteration: 1 });
});

test("while without the marker does nothing, do-while runs once", () => {
  const world = createWorld(flow([whileLoop("test.red", [call("a")]), doWhile("test.red", [call("b")])]));
  expect(world.start().ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual(["b#1 completed"]);
});

test.each([
  ["fail", "failed"],
  ["continue", "completed"],
] as const)("a loop at its cap with on_max_iter = %s leaves the run %s", (onMaxIter, status) => {
  const world = createWorld(flow([doWhile("test.red", [call("test")], { maxIterations: 2, onMaxIter })]), {
    steps: { test: [red] },
  });
  expect(world.start().ended?.status).toBe(status);
  expect(world.asked("runAction")).toHaveLength(2);
});

test("a cap of zero is noticed before the first iteration", () => {
  const world = createWorld(flow([call("test"), whileLoop("test.red", [call("a")], { maxIterations: 0 })]), {
    steps: { test: [red] },
  });
  expect(world.start().ended?.error?.code).toBe("loop_limit");
});

test("a loop whose condition is gone at the cap does not fail", () => {
  const world = createWorld(flow([doWhile("test.red", [call("test")], { maxIterations: 2 })]), {
    steps: { test: [red, ok()] },
  });
  expect(world.start().ended?.status).toBe("completed");
});

test.each([
  [0, 1],
  [1, 1],
  [3, 3],
])("stuck_after = %i notices %i equal marker sets", (stuckAfter, iterations) => {
  const world = createWorld(flow([doWhile("test.red", [call("test")], { maxIterations: 9, stuckAfter })]), {
    steps: { test: [red] },
  });
  expect(world.start().ended?.error?.code).toBe("loop_stuck");
  expect(world.asked("runAction")).toHaveLength(iterations);
});

test("changing markers are not stuck", () => {
  const steps = { test: [1, 2, 3, 4].map((n) => ok({ markers: n === 4 ? [] : ["red", `n${n}`] })) };
  const world = createWorld(
    flow([doWhile("test.red", [call("test")], { maxIterations: 9, stuckAfter: 2 })]),
    { steps },
  );
  expect(world.start().ended?.status).toBe("completed");
});

test("loops in loops have addresses of their own", () => {
  const inner = doWhile("b.red", [call("b")], { maxIterations: 2, onMaxIter: "continue" });
  const world = createWorld(
    flow([doWhile("a.red", [inner, call("a")], { maxIterations: 2, onMaxIter: "continue" })]),
    { steps: { a: [red], b: [red] } },
  );
  world.start();
  expect(world.asked("runAction").map(({ address }) => address)).toEqual([
    "b.0.0@0.0.0@0.0",
    "b.0.0@0.0.0@1.0",
    "b.0.0@0.1",
    "b.0.0@1.0.0@0.0",
    "b.0.0@1.0.0@1.0",
    "b.0.0@1.1",
  ]);
});

test("a loop goes on after failures when the run does, and fails at its end", () => {
  const world = createWorld(flow([doWhile("test.red", [call("fix"), call("test")]), call("end")]), {
    steps: { test: [red, ok()], fix: [failed("x")] },
    run: { failFast: false },
  });
  expect(world.start().ended?.error?.message).toContain("'fix'");
  expect(world.stepLines().at(-1)).toBe("end#1 completed");
});

test("errors of a loop itself stop the run even when it goes on after failures", () => {
  const world = createWorld(
    flow([block([doWhile("test.red", [call("test")], { maxIterations: 1 })]), call("end")]),
    {
      steps: { test: [red] },
      run: { failFast: false },
    },
  );
  expect(world.start().ended?.error?.code).toBe("loop_limit");
  expect(world.stepLines()).toEqual(["test#1 completed"]);
});

test("a cancel inside a loop ends the loop", () => {
  const world = createWorld(flow([doWhile("test.red", [call("test")])]), { steps: { test: [red, hangs] } });
  world.start();
  world.cancel();
  expect(world.attemptEnds("b.0.0@1.0", 1, ok()).ended?.status).toBe("cancelled");
});
