import { expect, test } from "vitest";
import { call, child, flow, when } from "../../../../test/support/engine/definitions.js";
import { childResult, createWorld, hangs } from "../../../../test/support/engine/world.js";

test("a child gets its inputs with known names filled in and unknown ones kept", () => {
  const world = createWorld(
    flow([child("review", { inputs: { pr: "{{ pr }}", raw: "{{item}}" }, as: "reviewer", timeoutMs: 9 })]),
    {
      run: { inputs: { pr: "7" } },
      children: { review: [hangs] },
    },
  );
  const decision = world.start();
  expect(world.asked("startChild")).toEqual([
    {
      type: "startChild",
      childId: "child:b.0:1:",
      address: "b.0",
      workflow: "review",
      inputs: { pr: "7", raw: "{{item}}" },
      identity: "reviewer",
    },
  ]);
  expect(decision).toMatchObject({ status: "waiting", localWork: false });
  expect(decision.blockedOn).toEqual([
    { type: "child", address: "b.0", childRunId: "child:b.0:1:", workflow: "review" },
  ]);
  expect(world.activate().commands).toEqual([]);
});

test("results and contexts of a completed child bubble up, its own end last, its steps over older names", () => {
  const review = childResult({
    markers: ["done"],
    context: "fine",
    totals: { ...childResult().totals, costUsd: 3, hasLlmMetrics: true },
    results: { lint: { status: "completed", markers: ["clean"], context: "c", output: '{"base":"main"}' } },
    contexts: [{ step: "lint", context: "c", markers: ["clean"], output: '{"base":"main"}' }],
  });
  const world = createWorld(
    flow([call("lint"), child("review"), when("lint.clean", [when("review.done", [call("ship")])])]),
    {
      children: { review: [review] },
    },
  );
  const { totals, ended } = world.start();
  const ship = world.asked("runAction").at(-1);
  expect(ship).toMatchObject({
    action: "ship",
    variables: { prior_context: "fine", base: "main", prior_output: '{"base":"main"}' },
  });
  expect(totals).toMatchObject({ costUsd: 3, hasLlmMetrics: true });
  expect(ended?.result.results).not.toHaveProperty("base");
  expect(Object.keys(ended?.result.results ?? {})).toEqual(["review", "ship"]);
  expect(ended?.result.contexts.map(({ step }) => step)).toEqual(["lint", "review", "ship"]);
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 lint#1
    step.completed b.0 lint#1 markers=[]
    step.started b.1 review#1
    child.started b.1 childRunId=child:b.1:1: workflow=review
    run.waiting on=child review
    child.ended b.1 childRunId=child:b.1:1: status=completed
    step.completed b.1 review#1 markers=["done"]
    branch.taken b.2 taken=true condition=if lint.clean
    branch.taken b.2.0.0 taken=true condition=if review.done
    step.started b.2.0.0.0.0 ship#1
    step.completed b.2.0.0.0.0 ship#1 markers=[]
    metrics.updated
    run.completed"
  `);
});

test("a failed child is tried again as a new run, a cancelled one is not", () => {
  const world = createWorld(flow([child("review", { retries: 3 })]), {
    children: {
      review: [
        childResult({ status: "failed", error: { code: "step_failed", message: "x" } }),
        childResult({ status: "cancelled" }),
      ],
    },
  });
  expect(world.start().ended?.error).toEqual({
    code: "child_failed",
    message: "step 'review' failed after 2 attempts: child run cancelled",
  });
  expect(world.steps.get("b.0#1")).toMatchObject({
    childRunId: "child:b.0:1:",
    error: { message: "child run failed: x" },
  });
});

test("workflows call workflows five levels deep and no deeper", () => {
  const deepest = createWorld(flow([child("review")]), { run: { depth: 4 } });
  expect(deepest.start().ended?.status).toBe("completed");
  const tooDeep = createWorld(flow([child("review", { retries: 2 })]), { run: { depth: 5 } });
  expect(tooDeep.start().ended?.error?.code).toBe("depth_limit");
  expect(tooDeep.asked("startChild")).toEqual([]);
});
