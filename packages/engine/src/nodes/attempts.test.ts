/** Calls and scripts: attempts, retries, on_fail, what they are told and what they leave. */
import { limits, type Outcome } from "@runfleet/model";
import { expect, test } from "vitest";
import {
  block,
  call,
  flow,
  gate,
  parallel,
  script,
  when,
} from "../../../../test/support/engine/definitions.js";
import { createWorld, failed, hangs, ok } from "../../../../test/support/engine/world.js";

const fixAgent = { kind: "agent", agent: { kind: "name", value: "fix" } } as const;

test("a call is told its node, variables, identity, plugins and how many attempts are left", () => {
  const node = call("agents/plan.md", { retries: 1, output: "plan", with: ["own"], pluginDirs: ["b", "c"] });
  const world = createWorld(flow([block([node], { output: "other", with: ["outer"] })]), {
    run: { model: "large", identity: "bot", pluginDirs: ["a", "b"], inputs: { topic: "tests" } },
    steps: { plan: [failed("first try")] },
  });
  world.start();
  const [first, second] = world.asked("runAction");
  expect(first).toMatchObject({
    action: "agents/plan.md",
    output: "plan",
    with: ["outer", "own"],
    pluginDirs: ["a", "b", "c"],
  });
  expect(first).toMatchObject({
    model: "large",
    identity: "bot",
    attempt: 1,
    retriesRemaining: 1,
    dryRun: false,
    timeoutMs: 43_200_000,
  });
  expect(first?.variables).toMatchObject({
    topic: "tests",
    workflow_run_id: "run",
    prior_context: "",
    prior_contexts: "[]",
    dry_run: "false",
  });
  expect(first).not.toHaveProperty("retryError");
  expect(second).toMatchObject({ attempt: 2, retriesRemaining: 0, retryError: "first try" });
});

test("every attempt is a step of its own and its usage counts, failed ones too", () => {
  const world = createWorld(flow([call("plan", { retries: 2 })]), {
    steps: { plan: [failed("a", { usage: { costUsd: 1 } }), ok({ usage: { costUsd: 2, inputTokens: 10 } })] },
  });
  const { totals } = world.start();
  expect(world.stepLines()).toEqual(["plan#1 failed", "plan#2 completed"]);
  expect(totals).toMatchObject({ costUsd: 3, inputTokens: 10, hasLlmMetrics: true });
  expect(world.steps.get("b.0#1")).toMatchObject({
    ordinal: 0,
    error: { message: "a" },
    usage: { costUsd: 1 },
  });
  expect(world.steps.get("b.0#2")).toMatchObject({
    ordinal: 0,
    startedAt: world.now(),
    endedAt: world.now(),
  });
});

test("a pause before a retry parks the run until its end", () => {
  const world = createWorld(flow([call("plan", { retries: 1, retryDelayMs: 60_000, backoff: "fixed" })]), {
    steps: { plan: [failed("busy"), ok()] },
  });
  const decision = world.start();
  const until = world.now() + 60_000;
  expect(decision).toMatchObject({ status: "waiting", localWork: false, nextDeadlineAt: until });
  expect(decision.blockedOn).toEqual([{ type: "retry", address: "b.0", name: "plan", attempt: 2, until }]);
  expect(world.activate().commands).toEqual([]);
  expect(world.toDeadline().ended?.status).toBe("completed");
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 plan#1
    step.failed b.0 plan#1 error={"code":"boom","message":"busy"}
    step.retrying b.0 plan#2 delayMs=60000 error={"code":"boom","message":"busy"}
    run.waiting on=retry plan until=1060000
    run.resumed generation=2
    step.started b.0 plan#2
    step.completed b.0 plan#2 markers=[]
    metrics.updated
    run.completed"
  `);
});

test("an attempt may ask for a longer pause than the definition gives", () => {
  const world = createWorld(flow([call("plan", { retries: 1 })]), {
    steps: { plan: [failed("busy", { retryAfterMs: 90_000 })] },
  });
  expect(world.start().nextDeadlineAt).toBe(world.now() + 90_000);
});

test("a failure that is not retryable ends the retries", () => {
  const world = createWorld(flow([call("plan", { retries: 5 })]), {
    steps: { plan: [failed("bad", { retryable: false })] },
  });
  expect(world.start().ended?.error?.message).toBe("step 'plan' failed after 1 attempt: bad");
});

test("an attempt that says it was cancelled without being asked fails without retries", () => {
  const world = createWorld(flow([call("plan", { retries: 5 })]), {
    steps: { plan: [{ type: "cancelled", reason: "closed" }] },
  });
  expect(world.start().ended?.error?.message).toBe("step 'plan' failed after 1 attempt: cancelled: closed");
});

test("a timeout the worker reports is retried like any other", () => {
  const outcome = { type: "timed_out", error: { code: "x", message: "slow" } } as const;
  const world = createWorld(flow([script("build", { retries: 1 })]), { steps: { build: [outcome, ok()] } });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual(["build#1 timed_out", "build#2 completed"]);
});

test("a result in the same call wins over the deadline", () => {
  const world = createWorld(flow([call("plan", { timeoutMs: 1_000 })]), { steps: { plan: [hangs] } });
  world.start();
  world.setNow(world.now() + 5_000);
  expect(world.attemptEnds("b.0", 1, ok()).ended?.status).toBe("completed");
});

test("on_fail = continue forgives: the result is skipped, the record stays failed", () => {
  const world = createWorld(
    flow([
      call("plan", { onFail: { kind: "continue" } }),
      when("plan.ready", [call("never")]),
      call("build"),
    ]),
    {
      steps: { plan: [failed("x")] },
    },
  );
  expect(world.start().ended?.status).toBe("completed");
  expect(world.state().results["plan"]).toMatchObject({ status: "skipped", markers: [] });
  expect(world.stepLines()).toEqual(["plan#1 failed", "build#1 completed"]);
});

test("the on_fail agent learns what failed, and the step has failed whatever the agent does", () => {
  for (const outcome of [ok(), failed("cannot")]) {
    const world = createWorld(
      flow([block([script("build", { retries: 1, onFail: fixAgent })], { output: "report", with: ["s"] })]),
      {
        steps: { build: [failed("red")], fix: [outcome] },
      },
    );
    expect(world.start().ended?.error?.message).toBe("step 'build' failed after 2 attempts: red");
    const agent = world.asked("runAction")[0];
    expect(agent).toMatchObject({
      address: "b.0.0.f",
      action: "fix",
      output: "report",
      with: ["s"],
      retriesRemaining: 0,
    });
    expect(agent?.variables).toMatchObject({ failed_step: "build", failure_reason: "red", retry_count: "1" });
  }
});

test("only the on_fail agent sees failed_step", () => {
  const world = createWorld(flow([call("plan", { onFail: fixAgent })], { always: [call("clean")] }), {
    steps: { plan: [failed("x")] },
  });
  world.start();
  expect(world.asked("runAction").map(({ variables }) => variables["failed_step"])).toEqual([
    undefined,
    "plan",
    undefined,
  ]);
});

test("a cancel while the on_fail agent runs stops the agent, and the step has failed", () => {
  const world = createWorld(flow([call("plan"), call("plan", { onFail: fixAgent })]), {
    steps: { plan: [ok({ markers: ["ready"] }), failed("x")], fix: [hangs] },
  });
  world.start();
  world.cancel();
  expect(world.attemptEnds("b.1.f", 1, ok()).ended?.status).toBe("cancelled");
  expect(world.stepLines()).toEqual(["plan#1 completed", "plan#1 failed", "fix#1 cancelled"]);
  expect(world.state().results["plan"]).toMatchObject({ status: "failed", markers: [] });
});

test("script values are quoted, env values are not, unknown names vanish", () => {
  const world = createWorld(
    flow([script("echo", { run: "echo {{ who }} {{inputs.who}}{{nobody}}", env: { WHO: "{{who}}!" } })]),
    {
      run: { inputs: { who: "it's me" } },
    },
  );
  world.start();
  expect(world.asked("runScript")[0]).toMatchObject({
    command: "echo 'it'\\''s me' 'it'\\''s me'",
    env: { WHO: "it's me!" },
    inputs: { who: "it's me" },
  });
});

test("a dry run executes no script and records an empty context", () => {
  const world = createWorld(flow([call("plan"), script("build"), call("end")]), {
    run: { dryRun: true },
    steps: { plan: [ok({ context: "seen" })] },
  });
  world.start();
  expect(world.asked("runScript")).toEqual([]);
  expect(world.asked("runAction").at(-1)).toMatchObject({
    dryRun: true,
    variables: { prior_context: "", dry_run: "true" },
  });
});

test.each([
  ["output", { output: JSON.stringify("x".repeat(limits.stepOutputBytesMax)) }],
  ["context", { context: "ä".repeat(limits.contextBytesMax / 2 + 1) }],
  [
    "number of markers",
    { markers: Array.from({ length: limits.markersMax + 1 }, (_, index) => `m${index}`) },
  ],
  ["length of a marker", { markers: ["x".repeat(limits.nameBytesMax + 1)] }],
])("an attempt with too large a %s fails and keeps nothing of it", (_what, members) => {
  const world = createWorld(flow([call("plan", { retries: 1 })]), {
    steps: { plan: [ok({ ...members, usage: { costUsd: 1 } }), ok()] },
  });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.steps.get("b.0#1")?.error?.code).toBe("too_large");
  expect(world.decision()?.totals.costUsd).toBe(1);
});

test.each([
  ["markers", { markers: [7] }],
  ["markers", { markers: "ready" }],
  ["context", { context: null }],
  ["output", { output: { base: "main" } }],
  ["usage.costUsd", { usage: { costUsd: Number.NaN } }],
])("an attempt that answers with something else than a result fails for good: %s", (place, members) => {
  const world = createWorld(flow([call("plan", { retries: 3 })]), {
    steps: { plan: [{ ...ok(), usage: { costUsd: 1 }, ...members } as unknown as Outcome] },
  });
  const { error } = world.start().ended ?? {};
  expect(error?.code).toBe("invalid_output");
  expect(error?.message).toContain(place);
  expect(world.decision()?.totals.costUsd).toBe(place === "usage.costUsd" ? 0 : 1);
});

test("an attempt that answers with no outcome at all fails for good", () => {
  const nothing = { type: "whatever" } as unknown as Outcome;
  const world = createWorld(flow([call("plan", { retries: 3 })]), { steps: { plan: [nothing] } });
  expect(world.start().ended?.error?.code).toBe("invalid_output");
});

test("error texts and result texts are cut, not refused", () => {
  const world = createWorld(flow([call("plan", { onFail: { kind: "continue" } }), call("build")]), {
    steps: { plan: [failed("x".repeat(100_000))], build: [ok({ resultText: "y".repeat(100_000) })] },
  });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.steps.get("b.0#1")?.error?.message).toHaveLength(limits.errorTextBytesMax - 2);
  expect(world.steps.get("b.1#1")?.resultText).toHaveLength(limits.contextBytesMax - 2);
});

test("gate feedback reaches later calls", () => {
  const world = createWorld(flow([gate("human_review"), call("plan")]));
  world.start();
  world.approve("b.0", { feedback: "shorter" });
  expect(world.asked("runAction")[0]).toMatchObject({
    gateFeedback: "shorter",
    variables: { gate_feedback: "shorter" },
  });
});

test("attempts of a parallel block are asked again together, each under its own number", () => {
  const world = createWorld(flow([parallel([call("a", { retries: 1 }), call("b"), call("c")])]), {
    steps: { a: [failed("x"), hangs], b: [hangs] },
  });
  world.start();
  expect(
    world
      .activate()
      .commands.map((command) => "attempt" in command && `${command.address}#${command.attempt}`),
  ).toEqual(["b.0.0#2", "b.0.1#1"]);
});
