// What the reference leaves untested about gates (its group P) and needs no worker: quality gates, options by reference,
// placeholders of a prompt, and selections that were not offered.
import { describe, expect, test } from "vitest";
import { call, flow, gate, qualityGate } from "../../support/engine/definitions.js";
import { createWorld, ok } from "../../support/engine/world.js";
import { runPath } from "../../support/language/run-path.js";

describe("gap P: quality gate", () => {
  /** The path of a run whose judge hands over this output, through a gate at 80. */
  function judged(output: string | undefined, onFail: "fail" | "continue" = "fail", run = {}) {
    const judge = [ok(output === undefined ? {} : { output })];
    const world = createWorld(flow([call("judge"), qualityGate("judge", 80, onFail), call("next")]), {
      steps: { judge },
      run,
    });
    world.start();
    return {
      path: runPath(world),
      record: [...world.steps.values()][1],
      error: world.decision()?.ended?.error,
    };
  }
  const passed = "judge, quality_gate, next, completed";
  const stopped = "judge, quality_gate (failed), failed";

  test.each([
    ["at the threshold", '{"confidence":80}', passed],
    ["above", '{"confidence":99.9}', passed],
    ["more than everything, counted as 100", '{"confidence":1000}', passed],
    ["just below, cut toward zero", '{"confidence":79.99}', stopped],
    ["less than nothing, counted as 0", '{"confidence":-5}', stopped],
    ["a text", '{"confidence":"90"}', stopped],
    ["none", '{"other":90}', stopped],
    ["no object", "[90]", stopped],
    ["no output", undefined, stopped],
  ])("gap P: quality gate: a confidence that is %s", (_, output, path) => {
    expect(judged(output).path).toBe(path);
  });

  test("gap P: quality gate: a failure says what was measured and what was wanted", () => {
    expect(judged('{"confidence":12}').error).toEqual({
      code: "gate_rejected",
      message: "gate 'quality_gate': confidence 12, threshold 80",
    });
    expect(judged("{}").error?.message).toContain("reported no confidence, counted as 0");
  });

  test("gap P: quality gate: on_fail = continue goes on with a note", () => {
    const { path, record } = judged('{"confidence":12}', "continue");
    expect(path).toBe(passed);
    expect(record).toMatchObject({ status: "completed", resultText: "confidence 12, threshold 80" });
  });

  test("gap P: quality gate: fails the run although it goes on after failures", () => {
    expect(judged('{"confidence":12}', "fail", { failFast: false }).path).toBe(stopped);
  });

  test("gap P: quality gate: is decided in a dry run too", () => {
    expect(judged('{"confidence":12}', "fail", { dryRun: true }).path).toBe(stopped);
  });

  test("gap P: quality gate: a source that has not run fails it, whatever its on_fail", () => {
    const world = createWorld(flow([qualityGate("nobody", 1, "continue")]));
    expect(world.start().ended?.error?.message).toBe("gate 'quality_gate': step 'nobody' has no result");
  });

  test("gap P: quality gate: leaves no result, no context and no open gate", () => {
    const world = createWorld(flow([call("judge"), qualityGate("judge", 80)]), {
      steps: { judge: [ok({ output: '{"confidence":90}' })] },
    });
    expect(world.start().gatesOpened).toEqual([]);
    expect(Object.keys(world.state().results)).toEqual(["judge"]);
    expect(world.state().contexts.map(({ step }) => step)).toEqual(["judge"]);
  });
});

describe("gap P: options references", () => {
  const options = { kind: "field", step: "audit", field: "findings" } as const;

  function offered(output: string | undefined) {
    const world = createWorld(flow([call("audit"), gate("human_review", { options })]), {
      steps: { audit: [ok(output === undefined ? {} : { output })] },
    });
    const decision = world.start();
    return { options: decision.gatesOpened[0]?.options, error: decision.ended?.error };
  }

  test.each([
    ["an object gives its texts", '{"findings":{"a":"Alpha","b":2,"c":"Gamma"}}', { a: "Alpha", c: "Gamma" }],
    ["a list gives its texts", '{"findings":["one",2,"three"]}', { one: "one", three: "three" }],
    ["a list gives values with labels", '{"findings":[{"value":"a","label":"Alpha"}]}', { a: "Alpha" }],
  ])("gap P: options references: %s", (_, output, expected) => {
    expect({ ...offered(output).options }).toEqual(expected);
  });

  test.each([
    ["is a text", '{"findings":"a"}'],
    ["is not there", "{}"],
    ["belongs to a step without output", undefined],
  ])("gap P: options references: a field that %s fails the run, and no gate stays open", (_, output) => {
    const { options: none, error } = offered(output);
    expect(none).toBeUndefined();
    expect(error?.message).toBe("gate 'human_review': options audit.findings: no object or list there");
  });
});

test("gap P: selections: one that was not offered is refused as a whole, and the gate can still be answered", () => {
  const options = { kind: "fixed", values: { a: "A" } } as const;
  const world = createWorld(flow([gate("human_review", { options }), call("next")]));
  world.start();
  const refused = world.approve("b.0", { selections: ["a", "z"], feedback: "both" });
  expect(refused).toMatchObject({ status: "waiting", gatesOpened: [{ address: "b.0" }] });
  expect(world.facts.at(-1)).toMatchObject({
    type: "event.ignored",
    reason: "'z' is not an option of the gate",
  });
  expect(world.approve("b.0", { selections: ["a"] }).ended?.status).toBe("completed");
  expect(world.asked("runAction")[0]?.gateFeedback).toBe("a");
});

test("a prompt is filled in when the gate opens, once, and says the same after a takeover", () => {
  const prompt = "{{plan}}: {{prior_context}}?";
  const world = createWorld(flow([call("plan"), gate("human_review", { prompt })]), {
    steps: { plan: [ok({ context: "ship {{secret}}" })] },
    run: { inputs: { plan: "Plan B", secret: "never" } },
  });
  const asked = "Plan B: ship {{secret}}?";
  expect(world.start().gatesOpened).toMatchObject([{ prompt: asked }]);
  expect(world.activate().blockedOn).toMatchObject([{ prompt: asked }]);
});
