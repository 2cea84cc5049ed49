/** Parallel blocks: all branches at once, fail-fast, min_success, conditions, merged markers. */
import { expect, test } from "vitest";
import { call, flow, marker, parallel, script, when } from "../../../../test/support/engine/definitions.js";
import { createWorld, failed, hangs, ok } from "../../../../test/support/engine/world.js";
import { attemptStopMs } from "../grace.js";

const red = ok({ markers: ["red"] });

test("all branches are asked for at once, and each result is recorded when it comes", () => {
  const world = createWorld(flow([parallel([call("a"), call("b")]), call("c")]), {
    steps: { a: [hangs], b: [hangs] },
  });
  const decision = world.start();
  expect(decision).toMatchObject({ status: "running", localWork: true });
  world.attemptEnds("b.0.1", 1, ok({ markers: ["late"] }));
  expect(world.state().results["b"]?.markers).toEqual(["late"]);
  expect(world.attemptEnds("b.0.0", 1, ok()).ended?.status).toBe("completed");
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0.0 a#1
    step.started b.0.1 b#1
    step.completed b.0.1 b#1 markers=["late"]
    step.completed b.0.0 a#1 markers=[]
    parallel.ended b.0 succeeded=2 failed=0 skipped=0
    step.started b.1 c#1
    step.completed b.1 c#1 markers=[]
    metrics.updated
    run.completed"
  `);
});

test("results that come together are decided together", () => {
  const world = createWorld(flow([parallel([call("a"), call("b")])]), { steps: { a: [hangs], b: [hangs] } });
  world.start();
  const outcome = ok();
  const { ended } = world.send(
    { type: "attemptEnded", address: "b.0.1", attempt: 1, outcome },
    { type: "attemptEnded", address: "b.0.0", attempt: 1, outcome },
  );
  expect(ended?.status).toBe("completed");
});

test("a block that wants more successes than it has branches runs them all and fails", () => {
  const world = createWorld(flow([parallel([call("a"), call("b")], { minSuccess: 3 })]));
  const { ended } = world.start();
  expect(ended?.error?.message).toBe("2 of 2 branches succeeded, 3 were needed");
  expect(world.stepLines()).toEqual(["a#1 completed", "b#1 completed"]);
  expect(world.retry().ended?.error?.message).toBe("2 of 2 branches succeeded, 3 were needed");
});

test("a branch that is stopped while its on_fail agent runs leaves no markers of an earlier success", () => {
  const onFail = { kind: "agent", agent: { kind: "name", value: "fix" } } as const;
  const world = createWorld(flow([call("a"), parallel([call("a", { onFail }), call("b")])]), {
    steps: { a: [red, failed("broken")], b: [hangs], fix: [hangs] },
  });
  world.start();
  world.attemptEnds("b.1.1", 1, failed("red"));
  world.toDeadline();
  expect(world.stepLines()).toContain("fix#1 cancelled");
  expect(world.state().results["a"]).toMatchObject({ status: "failed", markers: [] });
});

test("fail-fast stops the other branches, waits for them and fails", () => {
  const world = createWorld(
    flow([parallel([call("a"), call("b"), call("c", { retries: 1, retryDelayMs: 60_000 })])]),
    {
      steps: { a: [hangs], b: [hangs], c: [failed("later")] },
    },
  );
  world.start();
  const decision = world.attemptEnds("b.0.1", 1, failed("red"));
  expect(decision.commands).toEqual([
    { type: "abortAttempt", address: "b.0.0", attempt: 1, reason: "fail_fast" },
  ]);
  expect(decision.nextDeadlineAt).toBe(world.now() + attemptStopMs);
  expect(world.attemptEnds("b.0.0", 1, ok({ markers: ["too late"] })).ended?.status).toBe("failed");
  expect(world.stepLines()).toEqual(["a#1 cancelled", "b#1 failed", "c#1 failed"]);
  expect(world.state().results["a"]?.markers).toEqual([]);
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0.0 a#1
    step.started b.0.1 b#1
    step.started b.0.2 c#1
    step.failed b.0.2 c#1 error={"code":"boom","message":"later"}
    step.retrying b.0.2 c#2 delayMs=66666 error={"code":"boom","message":"later"}
    step.failed b.0.1 b#1 error={"code":"boom","message":"red"}
    step.cancelled b.0.2 c#1 reason=fail_fast
    step.cancelled b.0.0 a#1 reason=fail_fast
    parallel.ended b.0 succeeded=0 failed=1 skipped=0
    metrics.updated
    run.failed error={"code":"step_failed","message":"0 of 3 branches succeeded, 3 were needed: step 'b' failed after 1 attempt: red"}"
  `);
});

test("a failed branch replaces an older result of its name", () => {
  const world = createWorld(
    flow([call("a"), parallel([call("a"), call("b")], { minSuccess: 1 }), when("a.red", [call("never")])]),
    {
      steps: { a: [red, failed("x")] },
    },
  );
  expect(world.start().ended?.status).toBe("completed");
  expect(world.stepLines()).not.toContain("never#1 completed");
});

test("without fail_fast all branches finish before the block fails", () => {
  const world = createWorld(flow([parallel([call("a"), call("b")], { failFast: false })]), {
    steps: { a: [failed("x")] },
  });
  expect(world.start().ended?.error?.message).toBe(
    "1 of 2 branches succeeded, 2 were needed: step 'a' failed after 1 attempt: x",
  );
  expect(world.stepLines()).toEqual(["a#1 failed", "b#1 completed"]);
});

test("fail-fast waits as long as min_success can still be reached", () => {
  const world = createWorld(flow([parallel([call("a"), call("b"), call("c")], { minSuccess: 1 })]), {
    steps: { a: [failed("x")], b: [failed("y")] },
  });
  expect(world.start().ended?.status).toBe("completed");
});

test("min_success larger than the block always fails", () => {
  const world = createWorld(flow([parallel([call("a")], { minSuccess: 2 })]));
  expect(world.start().ended?.error?.message).toBe("1 of 1 branches succeeded, 2 were needed");
});

test("branches whose condition is false are skipped and count as succeeded", () => {
  const world = createWorld(
    flow([
      call("scan"),
      parallel([call("a", { if: marker("scan.web") }), call("b", { if: marker("scan.db") })]),
    ]),
    {
      steps: { scan: [ok({ markers: ["db"] })] },
    },
  );
  expect(world.start().ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual(["scan#1 completed", "a#1 skipped", "b#1 completed"]);
});

test("a block whose branches are all skipped succeeds", () => {
  const world = createWorld(flow([parallel([call("a", { if: marker("scan.web") })])]));
  expect(world.start().ended?.status).toBe("completed");
});

test("a forgiven branch counts as skipped", () => {
  const world = createWorld(flow([parallel([call("a", { onFail: { kind: "continue" } }), call("b")])]), {
    steps: { a: [failed("x")] },
  });
  expect(world.start().ended?.status).toBe("completed");
});

test("a named block leaves the merged markers of its branches", () => {
  const world = createWorld(
    flow([
      parallel([call("a"), call("b"), call("c")], { name: "checks", minSuccess: 2 }),
      when("checks.y", [script("go")]),
    ]),
    {
      steps: { a: [ok({ markers: ["x"] })], b: [ok({ markers: ["x", "y"] })], c: [failed("z")] },
    },
  );
  world.start();
  expect(world.state().results["checks"]).toMatchObject({ status: "completed", markers: ["x", "y"] });
  expect(world.stepLines()).toContain("go#1 completed");
});

test("a cancelled block leaves no result under its name", () => {
  const world = createWorld(flow([parallel([call("a"), call("b")], { name: "checks" })]), {
    steps: { a: [hangs] },
  });
  world.start();
  world.cancel();
  expect(world.attemptEnds("b.0.0", 1, ok()).ended?.status).toBe("cancelled");
  expect(world.state().results["checks"]).toBeUndefined();
});

test("branches are stopped in their order, the eleventh after the second", () => {
  const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
  const world = createWorld(flow([parallel(names.map((name) => call(name)))]), {
    steps: Object.fromEntries(names.map((name) => [name, [hangs]])),
  });
  world.start();
  const { commands } = world.attemptEnds("b.0.0", 1, failed("red"));
  const stopped = commands.map((command) => "address" in command && command.address);
  expect(stopped).toEqual(names.slice(1).map((_, index) => `b.0.${index + 1}`));
});

test("a branch whose failure is forgiven counts as skipped", () => {
  const forgiven = call("a", { onFail: { kind: "continue" } });
  const world = createWorld(flow([parallel([forgiven, call("b")])]), { steps: { a: [failed("red")] } });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.facts).toContainEqual({
    type: "parallel.ended",
    address: "b.0",
    succeeded: 1,
    failed: 0,
    skipped: 1,
  });
});
