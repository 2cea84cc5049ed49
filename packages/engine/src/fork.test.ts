/** A fork: steps that are kept end as they ended before, nobody is asked for them, and the rest runs. */
import type { KeptStep, StepRecord } from "@runfleet/model";
import { keptStep, zeroTotals } from "@runfleet/model";
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
  script,
  sleep,
  when,
} from "../../../test/support/engine/definitions.js";
import {
  childResult,
  createWorld,
  failed,
  item,
  ok,
  runInfo,
  type Script,
} from "../../../test/support/engine/world.js";
import { newState } from "./new-state.js";
import { encodeState } from "./parts.js";

type World = ReturnType<typeof createWorld>;

/** How the steps before the one at `address` ended. */
function keptBefore(world: World, address: string): Record<string, KeptStep> {
  const point = [...world.steps.values()].find((step) => step.address === address);
  const before = [...world.steps.values()].filter(({ ordinal }) => ordinal < (point?.ordinal ?? 0));
  return Object.fromEntries(
    before.flatMap((step) => {
      const kept = keptStep(step, "R1");
      return kept === undefined ? [] : [[step.address, kept] as const];
    }),
  );
}

const asked = (world: World) => world.asked("runAction").map(({ address }) => address);

test("kept steps are not executed and not paid again, later ones see what they left, and records say where they ran", () => {
  const definition = flow([call("plan"), when("plan.ready", [call("build")]), call("ship")]);
  const plan = ok({
    markers: ["ready"],
    context: "two parts",
    output: '{"version":"7"}',
    resultText: "planned",
    usage: { costUsd: 2 },
  });
  const source = createWorld(definition, { steps: { plan: [plan], ship: [failed("no")] } });
  source.start();
  const fork = createWorld(definition, { run: { inputs: { to: "test" } } });
  expect(fork.start(keptBefore(source, "b.2")).ended?.status).toBe("completed");
  expect(asked(fork)).toEqual(["b.2"]);
  expect(fork.asked("runAction")[0]?.variables).toMatchObject({ to: "test", version: "7" });
  expect(fork.state().core.totals).toEqual(zeroTotals());
  expect(fork.steps.get("b.0#1")).toMatchObject({
    keptFrom: "R1",
    resultText: "planned",
    markers: ["ready"],
  });
  expect(fork.steps.get("b.0#1")).not.toHaveProperty("usage");
  expect(fork.steps.get("b.2#1")).not.toHaveProperty("keptFrom");
  expect(fork.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.kept b.0 plan#1 status=completed from=R1
    branch.taken b.1 taken=true condition=if plan.ready
    step.kept b.1.0.0 build#1 status=completed from=R1
    step.started b.2 ship#1
    step.completed b.2 ship#1 markers=[]
    metrics.updated
    run.completed"
  `);
});

test("a fork of a fork says where a step really ran", () => {
  const definition = flow([call("a"), call("b")]);
  const source = createWorld(definition);
  source.start();
  const fork = createWorld(definition);
  fork.start(keptBefore(source, "b.1"));
  const kept = keptStep(fork.steps.get("b.0#1") as never, "R2");
  expect(kept?.from).toBe("R1");
});

test("the deciding attempt of a step is kept under its number, and its failure as it was taken", () => {
  const definition = flow([
    call("a", { retries: 1 }),
    script("b", { onFail: { kind: "continue" } }),
    call("c", { retries: 1, onFail: { kind: "agent", agent: { kind: "name", value: "fix" } } }),
    call("end"),
  ]);
  const answers: Script = {
    steps: { a: [failed("once"), ok()], b: [failed("no", { retryable: false })], c: [failed("never")] },
    run: { failFast: false },
  };
  const source = createWorld(definition, answers);
  source.start();
  const fork = createWorld(definition, { run: { failFast: false } });
  fork.start(keptBefore(source, "b.3"));
  expect(asked(fork)).toEqual(["b.3"]);
  expect(fork.stepLines()).toEqual([
    "a#2 completed",
    "b#1 failed",
    "c#2 failed",
    "fix#1 completed",
    "end#1 completed",
  ]);
  expect(fork.decision()?.ended).toMatchObject({ status: "failed", error: { code: "step_failed" } });
  expect(fork.decision()?.ended?.error?.message).toBe("step 'c' failed after 2 attempts: never");
  expect(fork.state().results["b"]?.status).toBe("skipped");
});

test("a gate's answer counts for the fork, and so does a gate or a sleep that let the run go on", () => {
  const definition = flow([
    gate("human_review"),
    { ...gate("human_approval"), name: "later", onTimeout: "continue" },
    sleep("nap", "2h"),
    call("ship"),
  ]);
  const source = createWorld(definition);
  source.start();
  source.approve("b.0", { feedback: "with care" });
  source.toDeadline();
  source.toDeadline();
  const fork = createWorld(definition);
  expect(fork.start(keptBefore(source, "b.3")).ended?.status).toBe("completed");
  expect(fork.asked("runAction")[0]?.gateFeedback).toBe("with care");
  expect(fork.decision()?.gatesOpened).toEqual([]);
  expect(fork.stepLines().slice(0, 3)).toEqual([
    "human_review#1 completed",
    "later#1 timed_out",
    "nap#1 completed",
  ]);
});

test("what a kept child handed on is taken from its state", () => {
  const state = newState(runInfo(), 0);
  state.results["inner"] = { status: "completed", markers: ["deep"], context: "x", ordinal: 0 };
  state.contexts = [{ n: 0, step: "inner", iteration: 0, context: "found", markers: [], bytes: 5 }];
  const definition = flow([child("review"), when("inner.deep", [call("fix")])]);
  const source = createWorld(definition, {
    children: {
      review: [childResult({ results: { inner: { status: "completed", markers: ["deep"], context: "x" } } })],
    },
  });
  source.start();
  const kept = keptBefore(source, "b.1.0.0");
  const review = { ...(kept["b.0"] as KeptStep), childState: encodeState(state) };
  const fork = createWorld(definition);
  fork.start({ "b.0": review });
  expect(asked(fork)).toEqual(["b.1.0.0"]);
  expect(fork.asked("startChild")).toEqual([]);
  expect(fork.steps.get("b.0#1")?.childRunId).toBe("child:b.0:1:");
  expect(fork.state().contexts.map(({ step }) => step)).toEqual(["inner", "review", "fix"]);
});

test("branches end in the order in which they ended, whatever the order they are written in", () => {
  const definition = flow([parallel([call("slow"), call("quick")]), call("end")]);
  const source = createWorld(definition, { steps: { slow: ["hangs"] } });
  source.start();
  source.advance(10);
  source.attemptEnds("b.0.0", 1, ok({ context: "last word" }));
  const fork = createWorld(definition);
  fork.start(keptBefore(source, "b.1"));
  expect(fork.state().contexts.map(({ step }) => step)).toEqual(["quick", "slow", "end"]);
  expect(fork.asked("runAction")[0]?.variables["prior_context"]).toBe("last word");
});

test("a block that had lost is lost again, with the branches that were stopped", () => {
  const definition = flow([parallel([call("a"), call("b")]), call("end")]);
  const source = createWorld(definition, {
    steps: { a: ["hangs"], b: [failed("no")] },
    run: { failFast: false },
  });
  source.start();
  source.attemptEnds("b.0.0", 1, { type: "cancelled", reason: "aborted" });
  const fork = createWorld(definition, { run: { failFast: false } });
  fork.start(keptBefore(source, "b.1"));
  expect(asked(fork)).toEqual(["b.1"]);
  expect(fork.state().results["a"]?.status).toBe("cancelled");
  expect(fork.stepLines()).toEqual(["a#1 cancelled", "b#1 failed", "end#1 completed"].sort());
});

test("iterations before the point are kept, the others run", () => {
  const definition = flow([doWhile("test.red", [call("fix"), call("test")], { maxIterations: 4 })]);
  const red = ok({ markers: ["red"] });
  const source = createWorld(definition, { steps: { test: [red, red, ok()] } });
  source.start();
  const fork = createWorld(definition);
  fork.start(keptBefore(source, "b.0.0@1.1"));
  expect(asked(fork)).toEqual(["b.0.0@1.1"]);
});

test("a fan-out is kept as a whole; when it had failed, a retry goes through all items", () => {
  const definition = flow([foreach("each", { onChildFail: "halt", maxParallel: 1 }), call("end")]);
  const source = createWorld(definition, {
    items: { each: [item("a"), item("b")] },
    children: { b: [childResult({ status: "failed" })] },
    run: { failFast: false },
  });
  source.start();
  const fork = createWorld(definition, { items: { each: [item("a")] }, run: { failFast: false } });
  fork.start(keptBefore(source, "b.1"));
  expect(fork.asked("startChild")).toEqual([]);
  expect(fork.steps.get("b.0#1")).toMatchObject({
    status: "failed",
    progress: { total: 2, completed: 1, failed: 1 },
  });
  expect(fork.retry().ended?.status).toBe("completed");
  expect(fork.asked("startChild").map(({ childId }) => childId)).toEqual(["child:b.0:2:a"]);
});

test("inputs that lead elsewhere run what was never run, and nothing after that is kept", () => {
  const definition = flow([when("extra", [block([call("other")])]), call("a"), call("b")]);
  const source = createWorld(definition);
  source.start();
  const fork = createWorld(definition, { run: { inputs: { extra: "true" } } });
  fork.start(keptBefore(source, "b.2"));
  expect(asked(fork)).toEqual(["b.0.0.0.0", "b.1", "b.2"]);
});

test("a cancel that comes with the start keeps nothing", () => {
  const definition = flow([call("a"), call("b")]);
  const source = createWorld(definition);
  source.start();
  const fork = createWorld(definition);
  fork.decideOnce([
    { type: "started", at: fork.now(), kept: keptBefore(source, "b.1") },
    { type: "cancelRequested", at: fork.now(), reason: "enough", by: "ann" },
  ]);
  expect(fork.decision()?.ended?.status).toBe("cancelled");
  expect(fork.stepLines()).toEqual([]);
});

test("steps that did not run to an end, and those of the always block, are not kept", () => {
  const step: StepRecord = {
    ...{ address: "b.0", name: "a", attempt: 1, iteration: 0, ordinal: 0, markers: [] },
    kind: "call",
    status: "running",
  };
  expect(keptStep(step, "R1")).toBeUndefined();
  expect(keptStep({ ...step, status: "skipped" }, "R1")).toBeUndefined();
  expect(keptStep({ ...step, status: "completed", address: "a.0" }, "R1")).toBeUndefined();
  expect(keptStep({ ...step, status: "completed", endedAt: 5 }, "R1")).toEqual({
    ...{ kind: "call", status: "completed", attempt: 1, markers: [], from: "R1", endedAt: 5 },
  });
});
