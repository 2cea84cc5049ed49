// The reference's tests of what a child workflow hands to its parent (group S), and what it does not test of them.
import { limits } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { call, child, flow, parallel, when } from "../../support/engine/definitions.js";
import { childResult, createWorld, failed, hangs, ok } from "../../support/engine/world.js";

/** What a run hands to its parent. */
function handedBy(world: ReturnType<typeof createWorld>) {
  return world.decision()?.ended?.result ?? expect.fail("the run has not ended");
}

describe("what a child hands over", () => {
  test("T-CHILD-01 markers and context of its last step, results by name, contexts in the order of the steps", () => {
    const world = createWorld(flow([parallel([call("first"), call("second")])]), {
      steps: { first: [hangs], second: [ok({ markers: ["b"], context: "two", output: '{"n":2}' })] },
    });
    world.start();
    world.attemptEnds("b.0.0", 1, ok({ markers: ["a"], context: "one" }));
    const { markers, context, results, contexts, output } = handedBy(world);
    expect({ markers, context, output }).toEqual({ markers: ["b"], context: "two", output: '{"n":2}' });
    expect(Object.keys(results)).toEqual(["first", "second"]);
    expect(results["first"]).toEqual({ status: "completed", markers: ["a"], context: "one" });
    expect(contexts).toContainEqual({ step: "second", context: "two", markers: ["b"], output: '{"n":2}' });
  });

  test("T-CHILD-02 a child that got nowhere hands over nothing, and that is no error", () => {
    const world = createWorld(flow([call("plan")]), { steps: { plan: [failed("no")] } });
    world.start();
    expect(handedBy(world)).toMatchObject({
      ...{ status: "failed", markers: [], context: "", results: {}, contexts: [] },
    });
  });

  test("T-CHILD-03 parent and child have histories of their own: the parent's tells start and end of the child only", () => {
    const inner = createWorld(flow([call("work")]), { run: { id: "child", parentId: "run" } });
    inner.start();
    const outer = createWorld(flow([child("flow")]), { children: { flow: [handedBy(inner)] } });
    expect(outer.start().ended?.status).toBe("completed");
    expect(inner.facts.map(({ type }) => type)).toContain("step.completed");
    expect(outer.facts.filter((fact) => "name" in fact && fact.name === "work")).toEqual([]);
    expect(outer.facts.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["child.started", "child.ended"]),
    );
  });
});

describe("what the parent makes of it", () => {
  test("gap S: each attempt of a failed child is a run of its own, the last one counts", () => {
    const world = createWorld(flow([child("review", { retries: 2 })]), {
      children: { review: [childResult({ status: "failed" }), childResult({ markers: ["good"] })] },
    });
    expect(world.start().ended?.status).toBe("completed");
    expect(world.asked("startChild").map(({ childId }) => childId)).toEqual(["child:b.0:1:", "child:b.0:2:"]);
    expect(world.stepLines()).toEqual(["review#1 failed", "review#2 completed"]);
  });

  test("gap S: a child in flight is waited for again after a crash, never started twice", () => {
    const world = createWorld(flow([child("review")]), { children: { review: [hangs] } });
    world.start();
    world.activate();
    world.activate(3);
    expect(world.asked("startChild")).toHaveLength(1);
    expect(world.childEnds("child:b.0:1:", "b.0", childResult()).ended?.status).toBe("completed");
  });

  test("gap S: a run at the deepest level starts no child", () => {
    const atDepth = (depth: number) => {
      const world = createWorld(flow([child("review")]), { run: { depth } });
      world.start();
      return { started: world.asked("startChild").length, error: world.decision()?.ended?.error?.code };
    };
    expect(atDepth(limits.workflowDepthMax - 1)).toEqual({ started: 1, error: undefined });
    expect(atDepth(limits.workflowDepthMax)).toEqual({ started: 0, error: "depth_limit" });
  });

  test("gap S: conditions see the child's own steps afterwards", () => {
    const results = { lint: { status: "completed" as const, markers: ["clean"], context: "" } };
    const world = createWorld(
      flow([child("review"), when("lint.clean", [call("yes")]), when("lint.dirty", [call("no")])]),
      { children: { review: [childResult({ results })] } },
    );
    world.start();
    expect(world.asked("runAction").map(({ action }) => action)).toEqual(["yes"]);
  });

  test("gap S: the child's figures are added to the parent's, those of failed attempts too", () => {
    const totals = { ...childResult().totals, costUsd: 2, turns: 3, hasLlmMetrics: true };
    const world = createWorld(flow([call("own"), child("review", { retries: 1 })]), {
      steps: { own: [ok({ usage: { costUsd: 1 } })] },
      children: { review: [childResult({ status: "failed", totals }), childResult({ totals })] },
    });
    expect(world.start().totals).toMatchObject({ costUsd: 5, turns: 6, hasLlmMetrics: true });
  });

  test("gap S: a failed child fails the parent with the child's reason", () => {
    const error = { code: "step_failed", message: "no tests" };
    const world = createWorld(flow([child("review"), call("never")]), {
      children: { review: [childResult({ status: "failed", error })] },
    });
    expect(world.start().ended).toMatchObject({ status: "failed", error: { code: "child_failed" } });
    expect(world.decision()?.ended?.error?.message).toContain("no tests");
    expect(world.asked("runAction")).toEqual([]);
  });

  test("gap S: a cancelled parent cancels its child and waits for its end", () => {
    const world = createWorld(flow([child("review", { retries: 3 })]), { children: { review: [hangs] } });
    world.start();
    expect(world.cancel("enough").ended).toBeUndefined();
    expect(world.asked("cancelChild")).toEqual([
      { type: "cancelChild", childId: "child:b.0:1:", reason: "enough" },
    ]);
    const end = world.childEnds("child:b.0:1:", "b.0", childResult({ status: "cancelled" }));
    expect(end.ended?.status).toBe("cancelled");
    expect(world.asked("startChild")).toHaveLength(1);
  });
});
