// The reference's tests of `parallel` (its group M) that need no real worker, and what it leaves untested.
import { describe, expect, test } from "vitest";
import { call, flow, marker, parallel, when } from "../../support/engine/definitions.js";
import { createWorld, failed, hangs, ok } from "../../support/engine/world.js";
import { runPath } from "../../support/language/run-path.js";

const open = { failFast: false };

test("T-PAR-01 a branch's markers, context and cost are recorded when it ends, and later steps see them", () => {
  const usage = { costUsd: 0.05 };
  const world = createWorld(flow([parallel([call("scan")]), call("after")]), {
    steps: { scan: [ok({ markers: ["web", "db"], context: "two services", usage })] },
  });
  expect(world.start().ended?.status).toBe("completed");
  expect([...world.steps.values()][0]).toMatchObject({
    name: "scan",
    status: "completed",
    markers: ["web", "db"],
    context: "two services",
    usage,
  });
  expect(world.asked("runAction")[1]?.variables["prior_context"]).toBe("two services");
  expect(world.decision()?.totals.costUsd).toBe(0.05);
});

test("T-PAR-05 with fail_fast one failure stops the other branches, and the block fails", () => {
  const world = createWorld(flow([parallel([call("bad"), call("slow"), call("other")])]), {
    steps: { bad: [failed("x")], slow: [hangs], other: [hangs] },
  });
  world.start();
  expect(world.asked("abortAttempt").map(({ address, reason }) => [address, reason])).toEqual([
    ["b.0.1", "fail_fast"],
    ["b.0.2", "fail_fast"],
  ]);
  world.attemptEnds("b.0.1", 1, { type: "cancelled", reason: "fail_fast" });
  world.attemptEnds("b.0.2", 1, ok());
  expect(runPath(world)).toBe("bad (failed), slow (cancelled), other (cancelled), failed");
});

test("T-PAR-07 a branch with a retry left is tried again and completes", () => {
  const world = createWorld(flow([parallel([call("flaky", { retries: 1 })])]), {
    steps: { flaky: [failed("first"), ok()] },
  });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.asked("runAction")).toHaveLength(2);
  expect(world.stepLines()).toEqual(["flaky#1 failed", "flaky#2 completed"]);
});

test("T-PAR-08 a branch whose retries are used up has failed", () => {
  const world = createWorld(flow([parallel([call("bad", { retries: 1 })])]), {
    steps: { bad: [failed("x")] },
  });
  expect(world.start().ended?.status).toBe("failed");
  expect(world.asked("runAction")).toHaveLength(2);
  expect(world.stepLines()).toEqual(["bad#1 failed", "bad#2 failed"]);
});

test("T-PAR-09 with fail_fast no attempt of another branch begins after the failure", () => {
  const slow = call("slow", { retries: 3, retryDelayMs: 60_000 });
  const world = createWorld(flow([parallel([slow, call("bad")]), call("never")]), {
    steps: { slow: [failed("once")], bad: [failed("x")] },
  });
  world.start();
  world.toDeadline();
  expect(runPath(world)).toBe("slow (failed), bad (failed), failed");
});

describe("gap M: min_success", () => {
  test("gap M: min_success reached: the block succeeds in spite of failures", () => {
    const world = createWorld(
      flow([parallel([call("a"), call("bad")], { ...open, minSuccess: 1 }), call("next")]),
      {
        steps: { bad: [failed("x")] },
      },
    );
    world.start();
    expect(runPath(world)).toBe("a, bad (failed), next, completed");
  });

  test("gap M: min_success missed: the block fails when all branches have ended", () => {
    const world = createWorld(
      flow([parallel([call("a"), call("bad"), call("c")], { ...open, minSuccess: 3 })]),
      {
        steps: { bad: [failed("x")] },
      },
    );
    world.start();
    expect(runPath(world)).toBe("a, bad (failed), c, failed");
  });

  test("gap M: min_success out of reach: fails, and does not count as stopped from outside", () => {
    const slow = { slow: [hangs] } as const;
    for (const failFast of [true, false]) {
      const world = createWorld(
        flow([parallel([call("quick"), call("slow")], { failFast, minSuccess: 3 })]),
        {
          steps: slow,
        },
      );
      world.start();
      world.attemptEnds("b.0.1", 1, ok());
      expect(world.decision()?.ended?.error?.message).toMatch(/of 2 branches succeeded, 3 were needed/);
    }
  });

  test("gap M: min_success counts skipped and forgiven branches", () => {
    const branches = [
      call("skipped", { if: marker("nobody.said") }),
      call("forgiven", { onFail: { kind: "continue" } }),
      call("bad"),
    ];
    const steps = { forgiven: [failed("x")], bad: [failed("y")] };
    const world = createWorld(flow([parallel(branches, { ...open, minSuccess: 2 })]), { steps });
    expect(world.start().ended?.status).toBe("completed");
  });

  test("gap M: min_success and fail_fast: nobody is stopped as long as enough can succeed", () => {
    const world = createWorld(flow([parallel([call("bad"), call("a"), call("b")], { minSuccess: 2 })]), {
      steps: { bad: [failed("x")], a: [hangs], b: [hangs] },
    });
    world.start();
    expect(world.asked("abortAttempt")).toEqual([]);
    world.attemptEnds("b.0.1", 1, failed("y"));
    expect(world.asked("abortAttempt").map(({ address }) => address)).toEqual(["b.0.2"]);
  });
});

test("gap M: branch `if`: false skips it with the reason in its record, true runs it, an unknown step is false", () => {
  const branches = [
    call("web", { if: marker("scan.web") }),
    call("db", { if: marker("scan.db") }),
    call("none", { if: marker("nobody.db") }),
  ];
  const world = createWorld(flow([call("scan"), parallel(branches)]), {
    steps: { scan: [ok({ markers: ["db"] })] },
  });
  world.start();
  expect(runPath(world)).toBe("scan, web (skipped), none (skipped), db, completed");
  const skipped = [...world.steps.values()].find(({ name }) => name === "web");
  expect(skipped).toMatchObject({ resultText: "condition scan.web is false", attempt: 1 });
  expect(world.state().results).not.toHaveProperty("web");
});

test("gap M: per-branch output and with: a branch's own output wins, the block's snippets come first", () => {
  const branches = [call("a", { output: "own", with: ["mine"] }), call("b")];
  const world = createWorld(flow([parallel(branches, { output: "block", with: ["shared"] })]));
  world.start();
  expect(
    world.asked("runAction").map(({ action, output, with: snippets }) => [action, output, snippets]),
  ).toEqual([
    ["a", "own", ["shared", "mine"]],
    ["b", "block", ["shared"]],
  ]);
});

test("gap M: resume of branches: after a takeover only those without a result are asked for again", () => {
  const world = createWorld(flow([parallel([call("a"), call("b"), call("c")])]), {
    steps: { a: [hangs], b: [hangs], c: [hangs] },
  });
  world.start();
  world.attemptEnds("b.0.1", 1, ok({ markers: ["kept"] }));
  const { commands } = world.decideOnce([{ type: "activated", worker: "w2", generation: 2 }]);
  expect(commands.map((command) => ("action" in command ? command.action : command.type))).toEqual([
    "a",
    "c",
  ]);
  world.attemptEnds("b.0.0", 1, ok());
  world.attemptEnds("b.0.2", 1, ok());
  expect(runPath(world)).toBe("a, b, c, completed");
  expect(world.state().results["b"]?.markers).toEqual(["kept"]);
});

test("gap M: duplicate agents: both run, each at its own place, and the later end is the result of the name", () => {
  const world = createWorld(
    flow([parallel([call("twin"), call("twin")]), when("twin.second", [call("seen")])]),
    {
      steps: { twin: [hangs] },
    },
  );
  world.start();
  expect(world.asked("runAction").map(({ address }) => address)).toEqual(["b.0.0", "b.0.1"]);
  world.attemptEnds("b.0.1", 1, ok({ markers: ["first"] }));
  world.attemptEnds("b.0.0", 1, ok({ markers: ["second"] }));
  world.attemptEnds("b.1.0.0", 1, ok());
  expect(runPath(world)).toBe("twin, twin, seen, completed");
});

test("gap M: external cancel: every branch is told, waited for and recorded, and the run is cancelled", () => {
  const world = createWorld(flow([parallel([call("a"), call("b")]), call("never")]), {
    steps: { a: [hangs], b: [hangs] },
  });
  world.start();
  const decision = world.cancel();
  expect(decision.status).toBe("cancelling");
  expect(world.asked("abortAttempt").map(({ address, reason }) => [address, reason])).toEqual([
    ["b.0.0", "cancelled"],
    ["b.0.1", "cancelled"],
  ]);
  world.attemptEnds("b.0.0", 1, { type: "cancelled", reason: "cancelled" });
  world.attemptEnds("b.0.1", 1, { type: "cancelled", reason: "cancelled" });
  expect(runPath(world)).toBe("a (cancelled), b (cancelled), cancelled");
});

test("a named block's markers, merged over its branches, are what its name stands for", () => {
  const steps = { a: [ok({ markers: ["red", "both"] })], b: [ok({ markers: ["both", "blue"] })] };
  const world = createWorld(flow([parallel([call("a"), call("b")], { name: "checks" })]), { steps });
  world.start();
  expect(world.state().results["checks"]?.markers).toEqual(["red", "both", "blue"]);
});
