// The reference's tests of the records of steps and of what later steps get to see of them (group R). Its constructors
// are ways to fill a row; here the engine fills records and results in one place, so it is asked for both.
import { describe, expect, test } from "vitest";
import { call, child, doWhile, flow, gate, script } from "../../support/engine/definitions.js";
import { childResult, createWorld, failed, ok } from "../../support/engine/world.js";

const usage = {
  costUsd: 0.5,
  turns: 2,
  durationMs: 900,
  inputTokens: 10,
  outputTokens: 20,
  cacheReadInputTokens: 30,
  cacheCreationInputTokens: 40,
};
const whole = ok({ markers: ["m"], context: "c", output: '{"k":"v"}', resultText: "r", usage });

describe("records", () => {
  test("T-REC-01 a completed attempt is recorded with everything it returned and no error", () => {
    const world = createWorld(flow([call("plan", { retries: 1 })]), {
      steps: { plan: [failed("no"), whole] },
    });
    world.start();
    expect(world.steps.get("b.0#2")).toEqual({
      ...{
        address: "b.0",
        name: "plan",
        kind: "call",
        status: "completed",
        attempt: 2,
        iteration: 0,
        ordinal: 0,
      },
      ...{ markers: ["m"], context: "c", output: '{"k":"v"}', resultText: "r", usage },
      ...{ startedAt: world.now(), endedAt: world.now() },
    });
  });

  test("T-REC-02 a failed attempt is recorded with its error and without outputs", () => {
    const world = createWorld(flow([call("plan")]), { steps: { plan: [failed("no", { usage })] } });
    world.start();
    const record = world.steps.get("b.0#1");
    expect(record).toMatchObject({
      status: "failed",
      error: { code: "boom", message: "no" },
      markers: [],
      usage,
    });
    for (const member of ["context", "output", "resultText"]) expect(record).not.toHaveProperty(member);
  });

  test("T-REC-03 a failed child workflow is recorded with the run it was", () => {
    const world = createWorld(flow([child("review")]), {
      children: { review: [childResult({ status: "failed" })] },
    });
    world.start();
    expect(world.steps.get("b.0#1")).toMatchObject({ status: "failed", childRunId: "child:b.0:1:" });
  });
});

describe("results", () => {
  test("T-REC-04 of a failed step only its end and its error are left", () => {
    const world = createWorld(flow([call("plan")]), { steps: { plan: [failed("no")] } });
    world.start();
    expect(world.state().results["plan"]).toEqual({
      ...{ status: "failed", markers: [], context: "", ordinal: 0, error: { code: "boom", message: "no" } },
    });
  });

  test("T-REC-05 of a skipped step nothing is left that a condition or a variable could see", () => {
    const world = createWorld(flow([call("plan", { onFail: { kind: "continue" } }), call("next")]), {
      steps: { plan: [failed("no")] },
    });
    world.start();
    expect(world.state().results["plan"]).toMatchObject({ status: "skipped", markers: [], context: "" });
    expect(world.asked("runAction").at(-1)?.variables["prior_contexts"]).toBe("[]");
  });

  test("T-REC-06 of a completed step markers, context and output are left", () => {
    const world = createWorld(flow([call("plan")]), { steps: { plan: [whole] } });
    world.start();
    expect(world.state().results["plan"]).toEqual({
      ...{ status: "completed", markers: ["m"], context: "c", output: '{"k":"v"}', ordinal: 0 },
    });
  });

  test("T-REC-07 a result does not depend on whether anything was measured", () => {
    const resultOf = (outcome: ReturnType<typeof ok>) => {
      const world = createWorld(flow([call("plan")]), { steps: { plan: [outcome] } });
      world.start();
      return world.state().results["plan"];
    };
    expect(resultOf(ok({ markers: ["m"], context: "c", usage }))).toEqual(
      resultOf(ok({ markers: ["m"], context: "c" })),
    );
  });

  test("T-REC-08 a context entry has step, iteration, context, markers and output", () => {
    const world = createWorld(flow([doWhile("plan.again", [call("plan")]), call("next")]), {
      steps: {
        plan: [ok({ markers: ["again"], context: "one" }), ok({ context: "two", output: '{"k":"v"}' })],
      },
    });
    world.start();
    expect(JSON.parse(world.asked("runAction").at(-1)?.variables["prior_contexts"] ?? "")).toEqual([
      {
        step: "plan",
        iteration: 0,
        context: "one",
        markers: ["again"],
        structured_output: null,
        output_file: null,
      },
      {
        ...{ step: "plan", iteration: 1, context: "two", markers: [], structured_output: '{"k":"v"}' },
        output_file: null,
      },
    ]);
  });

  test("T-REC-09 what the stored state is read back into is the same result", () => {
    const world = createWorld(flow([script("lint"), gate("human_approval"), call("next")]), {
      steps: { lint: [whole] },
    });
    world.start();
    const before = world.state().results["lint"];
    world.activate();
    world.approve("b.1");
    expect(world.state().results["lint"]).toEqual(before);
    expect(world.asked("runAction")[0]?.variables).toMatchObject({ prior_context: "c", k: "v" });
  });

  test("T-REC-10 all seven figures of an action count, per step and in total", () => {
    const world = createWorld(flow([call("plan", { retries: 1 })]), {
      steps: { plan: [failed("no", { usage }), whole] },
    });
    const { totals } = world.start();
    expect(world.steps.get("b.0#2")?.usage).toEqual(usage);
    const twice = Object.fromEntries(Object.entries(usage).map(([name, value]) => [name, 2 * value]));
    expect(totals).toEqual({ ...twice, hasLlmMetrics: true });
  });
});
