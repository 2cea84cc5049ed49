/** Gates: who may answer, what an answer does, and what happens when nobody does. */
import { expect, test } from "vitest";
import { call, flow, gate, sleep } from "../../../../test/support/engine/definitions.js";
import { createWorld, hangs, ok } from "../../../../test/support/engine/world.js";

const day = 86_400_000;

test("a gate parks the run and is listed with prompt, options and deadline", () => {
  const options = { kind: "fixed", values: { a: "Plan A", b: "Plan B" } } as const;
  const world = createWorld(flow([gate("choose", { gateType: "human_review", prompt: "Which?", options })]), {
    run: { label: "demo" },
  });
  const decision = world.start();
  const listed = {
    address: "b.0",
    name: "choose",
    gateType: "human_review",
    prompt: "Which?",
    options: options.values,
  };
  const times = { since: world.now(), deadline: world.now() + day };
  expect(decision).toMatchObject({ status: "waiting", localWork: false, nextDeadlineAt: times.deadline });
  expect(decision.blockedOn).toEqual([{ type: "gate", ...listed, ...times }]);
  expect(decision.gatesOpened).toEqual([
    { runId: "run", workflow: "flow", label: "demo", ...listed, ...times },
  ]);
  expect(world.activate().gatesOpened).toEqual([]);
});

test("an approval with feedback closes the gate and sets gate_feedback", () => {
  const world = createWorld(flow([gate("human_review"), call("plan")]));
  world.start();
  expect(world.approve("b.0", { feedback: "go" }).ended?.status).toBe("completed");
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 human_review#1
    gate.waiting b.0 human_review deadline=87400000
    run.waiting on=gate human_review until=87400000
    gate.resolved b.0 human_review verdict=approved by=ann feedback=go
    step.completed b.0 human_review#1 markers=[]
    step.started b.1 plan#1
    step.completed b.1 plan#1 markers=[]
    metrics.updated
    run.completed"
  `);
  expect(world.steps.get("b.0#1")).toMatchObject({ status: "completed", context: "go" });
  expect(world.state().contexts.map(({ step }) => step)).toEqual(["plan"]);
});

test.each([
  [{ feedback: "not on Friday", selections: ["a", "b"] }, "a, b\nnot on Friday"],
  [{ selections: ["a", "b"] }, "a, b"],
  [{ feedback: "", selections: ["a"] }, "a"],
  [{ feedback: "not on Friday", selections: [] }, "not on Friday"],
  [{}, undefined],
])("the answer %j leaves selections and feedback as gate_feedback", (answer, expected) => {
  const options = { kind: "fixed", values: { a: "A", b: "B" } } as const;
  const world = createWorld(flow([gate("human_review", { options })]));
  world.start();
  const decision = world.approve("b.0", answer);
  expect(world.state().core.gateFeedback).toBe(expected);
  expect(decision.gatesClosed).toEqual(["b.0"]);
});

test("an approval without feedback keeps the feedback of the gate before", () => {
  const world = createWorld(flow([gate("human_review"), gate("human_approval")]));
  world.start();
  world.approve("b.0", { feedback: "first" });
  world.approve("b.1");
  expect(world.state().core.gateFeedback).toBe("first");
});

test("a selection that is no option is refused and the gate stays open", () => {
  const world = createWorld(flow([gate("human_review", { options: { kind: "fixed", values: { a: "A" } } })]));
  world.start();
  const decision = world.approve("b.0", { selections: ["toString"] });
  expect(decision.status).toBe("waiting");
  expect(decision.gatesOpened).toMatchObject([{ address: "b.0" }]);
  expect(world.facts.at(-1)).toMatchObject({
    type: "event.ignored",
    reason: "'toString' is not an option of the gate",
  });
});

test.each([
  ['{"findings":["x","y",7]}', { x: "x", y: "y" }],
  ['{"findings":{"x":"First","n":7}}', { x: "First" }],
  ['{"findings":[{"value":"x","label":"First"},{"value":"y"},{"label":"z"}]}', { x: "First", y: "y" }],
])("options may come from an earlier output: %s", (output, options) => {
  const from = { kind: "field", step: "audit", field: "findings" } as const;
  const world = createWorld(flow([call("audit"), gate("human_review", { options: from })]), {
    steps: { audit: [ok({ output })] },
  });
  expect(world.start().gatesOpened[0]?.options).toEqual(options);
});

test.each(['{"findings":7}', '{"other":[]}', "broken", undefined])(
  "options that are not there fail the gate: %s",
  (output) => {
    const from = { kind: "field", step: "audit", field: "findings" } as const;
    const outcome = output === undefined ? ok() : ok({ output });
    const world = createWorld(flow([call("audit"), gate("human_review", { options: from })]), {
      steps: { audit: [outcome] },
    });
    expect(world.start().ended?.error?.message).toContain("options audit.findings");
  },
);

test("a rejection fails the run with the feedback, even when it goes on after failures", () => {
  const world = createWorld(flow([gate("human_approval"), call("never")]), { run: { failFast: false } });
  world.start();
  expect(world.reject("b.0", "not like this").ended).toMatchObject({
    status: "failed",
    error: { code: "gate_rejected", message: "not like this" },
  });
  expect(world.stepLines()).toEqual(["human_approval#1 failed"]);
});

test("a rejection without feedback names gate and person", () => {
  const world = createWorld(flow([gate("human_approval")]));
  world.start();
  expect(world.reject("b.0").ended?.error?.message).toBe("gate 'human_approval' was rejected by ann");
});

test("the second answer is ignored", () => {
  const world = createWorld(flow([gate("human_approval"), call("plan")]), { steps: { plan: [hangs] } });
  world.start();
  world.approve("b.0");
  world.reject("b.0");
  expect(world.facts.at(-1)).toMatchObject({ type: "event.ignored", reason: "nothing waits at b.0" });
});

test.each([
  ["fail", "failed", "human_approval#1 failed"],
  ["continue", "completed", "human_approval#1 timed_out"],
] as const)("a gate nobody answers with on_timeout = %s leaves the run %s", (onTimeout, status, line) => {
  for (const timeoutMs of [0, 1_000]) {
    const world = createWorld(flow([gate("human_approval", { timeoutMs, onTimeout })]));
    world.start();
    expect(world.toDeadline().ended?.status).toBe(status);
    expect(world.stepLines()).toEqual([line]);
  }
});

test("an answer in the same call wins over the deadline", () => {
  const world = createWorld(flow([gate("human_approval", { timeoutMs: 1_000 })]));
  world.start();
  world.setNow(world.now() + 1_000);
  expect(world.approve("b.0").ended?.status).toBe("completed");
});

test.each(["human_approval", "signal"])(
  "what comes for a %s gate after its deadline is late, though nobody had time to notice",
  (gateType) => {
    const world = createWorld(flow([gate("late", { gateType, timeoutMs: 1_000 })]));
    world.start();
    world.setNow(world.now() + 1_001);
    const { ended } = gateType === "signal" ? world.signal("late") : world.approve("b.0");
    expect(ended?.error?.code).toBe("gate_timed_out");
  },
);

test("a dry run passes gates and sleeps without waiting", () => {
  const world = createWorld(flow([gate("human_approval"), sleep("nap", "1d")]), { run: { dryRun: true } });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.decision()?.gatesOpened).toEqual([]);
});

test("a gate with a resolver is polled at the resolver's pace, holding nothing in between", () => {
  const world = createWorld(flow([gate("pr_checks", { gateType: "pr_checks" })]), {
    polls: { pr_checks: ["pending", hangs, "approved"] },
  });
  const decision = world.start();
  expect(decision).toMatchObject({
    status: "waiting",
    localWork: false,
    nextDeadlineAt: world.now() + 5_000,
  });
  expect(world.activate().commands).toEqual([]);
  expect(world.toDeadline()).toMatchObject({ status: "running", localWork: true });
  world.send({ type: "gatePolled", address: "b.0", verdict: "pending", pollAfterMs: 60_000 });
  expect(world.decision()?.nextDeadlineAt).toBe(world.now() + 60_000);
  expect(world.toDeadline().ended?.status).toBe("completed");
  expect(world.asked("pollGate")).toHaveLength(3);
});

test("a poll in flight is asked again after a takeover, and an unasked answer is ignored", () => {
  const world = createWorld(flow([gate("deploy", { gateType: "window" })]), {
    polls: { deploy: [hangs, "pending"] },
  });
  expect(world.start()).toMatchObject({ localWork: true, blockedOn: [{ type: "gate", name: "deploy" }] });
  expect(world.activate().commands).toEqual([]);
  expect(world.asked("pollGate")).toHaveLength(2);
  world.send({ type: "gatePolled", address: "b.0", verdict: "approved" });
  expect(world.facts.at(-1)).toMatchObject({ type: "event.ignored", reason: "no poll is open" });
});

test("a resolver can reject, and a person can answer in its place", () => {
  const rejected = createWorld(flow([gate("pr_checks", { gateType: "pr_checks" })]), {
    polls: { pr_checks: ["rejected"] },
  });
  expect(rejected.start().ended?.error?.code).toBe("gate_rejected");
  const overruled = createWorld(flow([gate("pr_checks", { gateType: "pr_checks" })]), {
    polls: { pr_checks: [hangs] },
  });
  overruled.start();
  expect(overruled.approve("b.0").ended?.status).toBe("completed");
});

test("a resolver that never answers does not keep the gate from timing out", () => {
  const world = createWorld(flow([gate("pr_checks", { gateType: "pr_checks", timeoutMs: 7_000 })]));
  world.start();
  world.toDeadline();
  expect(world.toDeadline().ended?.error?.code).toBe("gate_timed_out");
});

test("a signal gate takes the signal of its name, now or earlier", () => {
  const waiting = gate("deployed", { gateType: "signal", params: { signal: "deploy" } });
  const late = createWorld(flow([waiting, call("tell")]));
  expect(late.start().gatesOpened).toEqual([]);
  late.signal("other");
  expect(late.signal("deploy", "v7").ended?.status).toBe("completed");
  expect(late.asked("runAction")[0]?.gateFeedback).toBe("v7");
  expect(late.state().core.signals).toEqual([{ name: "other" }]);

  const early = createWorld(flow([call("build"), waiting]), { steps: { build: [hangs] } });
  early.start();
  early.signal("deploy", "v8");
  expect(early.attemptEnds("b.0", 1, ok()).ended?.status).toBe("completed");
  expect(early.state().core.signals).toEqual([]);
});

test("what an early signal says is seen by the next step, whoever looked at the variables before", () => {
  const world = createWorld(
    flow([call("a"), sleep("nap", "0s"), gate("go", { gateType: "signal" }), call("b")]),
    { steps: { a: [hangs] } },
  );
  world.start();
  world.signal("go", "v7");
  world.attemptEnds("b.0", 1, ok());
  expect(world.asked("runAction").at(-1)).toMatchObject({ action: "b", variables: { gate_feedback: "v7" } });
});

test("of two signals that came early the older one is taken first", () => {
  const world = createWorld(flow([call("a"), gate("go", { gateType: "signal" }), call("b")]), {
    steps: { a: [hangs], b: [hangs] },
  });
  world.start();
  world.signal("go", "first");
  world.signal("go", "second");
  world.attemptEnds("b.0", 1, ok());
  expect(world.state().core).toMatchObject({
    gateFeedback: "first",
    signals: [{ name: "go", data: "second" }],
  });
});

test("a signal gate of its own name needs no parameter, and one signal opens one gate", () => {
  const world = createWorld(flow([gate("go", { gateType: "signal" }), gate("go", { gateType: "signal" })]));
  world.start();
  expect(world.signal("go").status).toBe("waiting");
  expect(world.signal("go").ended?.status).toBe("completed");
});

test("only the newest hundred signals are kept", () => {
  const world = createWorld(flow([gate("human_approval")]));
  world.start();
  for (let index = 0; index < 120; index += 1)
    world.decideOnce([{ type: "signalReceived", at: 0, name: `s${index}` }]);
  expect(world.state().core.signals).toHaveLength(100);
  expect(world.state().core.signals[0]).toEqual({ name: "s20" });
});

test("a signal gate says which signal it waits for", () => {
  const world = createWorld(
    flow([gate("deployed", { gateType: "signal", params: { signal: "deploy done" } })]),
  );
  expect(world.start().blockedOn).toMatchObject([{ type: "gate", name: "deployed", signal: "deploy done" }]);
});
