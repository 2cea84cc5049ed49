// What the reference leaves untested about `always` (its group I) and needs a clock that moves: how long cleanup may take.
import { describe, expect, test } from "vitest";
import { alwaysMs, attemptStopMs } from "../../../packages/engine/src/grace.js";
import {
  block,
  call,
  doWhile,
  flow,
  gate,
  parallel,
  unless,
  when,
} from "../../support/engine/definitions.js";
import { createWorld, failed, hangs, ok, type Script } from "../../support/engine/world.js";
import { runPath } from "../../support/language/run-path.js";

const cleanup = { always: [call("slow"), call("never")] };

describe("gap I: always after a cancel has a time limit", () => {
  test("gap I: always after a cancel: when its time is over the open step is stopped and nothing more begins", () => {
    const world = createWorld(flow([call("work")], cleanup), { steps: { work: [hangs], slow: [hangs] } });
    world.start();
    world.cancel();
    world.attemptEnds("b.0", 1, { type: "cancelled", reason: "cancelled" });
    expect(world.decision()?.nextDeadlineAt).toBe(world.now() + alwaysMs);
    const { commands } = world.advance(alwaysMs);
    expect(commands).toMatchObject([{ type: "abortAttempt", address: "a.0" }]);
    world.advance(attemptStopMs);
    expect(runPath(world)).toBe("work (cancelled), slow (cancelled), cancelled");
    expect(world.decision()?.ended?.error?.message).toBe("enough");
  });

  test("gap I: always after a cancel: a gate in it waits no longer than the block may take", () => {
    const world = createWorld(flow([call("work")], { always: [gate("human_approval"), call("never")] }), {
      steps: { work: [hangs] },
    });
    world.start();
    world.cancel();
    world.attemptEnds("b.0", 1, { type: "cancelled", reason: "cancelled" });
    expect(world.decision()?.status).toBe("cancelling");
    expect(world.advance(alwaysMs).ended?.status).toBe("cancelled");
  });

  test("a run that timed out has the same time for its cleanup", () => {
    const world = createWorld(flow([call("work")], cleanup), {
      steps: { work: [hangs], slow: [hangs] },
      run: { timeoutMs: 60_000 },
    });
    world.start();
    world.advance(60_000);
    world.attemptEnds("b.0", 1, { type: "cancelled", reason: "cancelled" });
    world.advance(alwaysMs);
    world.advance(attemptStopMs);
    expect(runPath(world)).toBe("work (cancelled), slow (cancelled), failed");
    expect(world.decision()?.ended?.error?.code).toBe("run_timed_out");
  });

  test("after a success or a failure the block may take as long as it needs", () => {
    for (const work of [ok(), failed("x")]) {
      const world = createWorld(
        flow([call("work")], { always: [call("slow", { timeoutMs: 10 * alwaysMs })] }),
        {
          steps: { work: [work], slow: [hangs] },
        },
      );
      world.start();
      world.advance(2 * alwaysMs);
      expect(world.asked("abortAttempt")).toEqual([]);
      expect(world.attemptEnds("a.0", 1, ok()).ended?.status).toBe(
        work.type === "failed" ? "failed" : "completed",
      );
    }
  });
});

describe("cancellation between any two steps", () => {
  const gone = { type: "cancelled", reason: "cancelled" } as const;
  const inside = [call("first"), call("second")];

  /** The path of a run that is cancelled while `first` runs, wherever that is. */
  function cancelled(body: Parameters<typeof flow>[0], first: string, answers: Script = {}) {
    const world = createWorld(flow(body), { ...answers, steps: { ...answers.steps, first: [hangs] } });
    world.start();
    world.cancel();
    world.attemptEnds(first, 1, gone);
    return runPath(world);
  }

  test.each([
    ["a do block", [block(inside)], "b.0.0"],
    ["an unless", [unless("flag", inside)], "b.0.0.0"],
    ["a loop", [doWhile("first.again", inside)], "b.0.0@0.0"],
    ["blocks in blocks", [block([unless("flag", [block(inside)])])], "b.0.0.0.0.0"],
    ["a parallel block", [parallel([call("first")]), call("second")], "b.0.0"],
  ])("in %s nothing begins after the cancel", (_, body, first) => {
    expect(cancelled(body, first)).toBe("first (cancelled), cancelled");
  });

  test("also when the step ends well in the very call that brings the cancel", () => {
    const world = createWorld(flow([block([call("first"), when("first.go", [call("second")])])]), {
      steps: { first: [hangs] },
    });
    world.start();
    const outcome = ok({ markers: ["go"] });
    const { ended } = world.send(
      { type: "attemptEnded", address: "b.0.0", attempt: 1, outcome },
      { type: "cancelRequested", at: world.now(), reason: "enough", by: "ann" },
    );
    expect(ended?.status).toBe("cancelled");
    expect(runPath(world)).toBe("first, cancelled");
  });
});
