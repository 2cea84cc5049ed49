// The reference's tests of stuck loops (the rest of its group K), and what it leaves untested about loops and `do` blocks.
import { describe, expect, test } from "vitest";
import {
  block,
  call,
  doWhile,
  flow,
  parallel,
  script,
  when,
  whileLoop,
} from "../../support/engine/definitions.js";
import { createWorld, failed, hangs, ok, type Script } from "../../support/engine/world.js";
import { runPath } from "../../support/language/run-path.js";

const marked = (...markers: string[]) => ok({ markers });
const again = marked("again");
const done = marked();

/** As many results with the marker, then one without. */
const times = (count: number) => [...Array<typeof again>(count).fill(again), done];

function ran(body: Parameters<typeof flow>[0], answers: Script = {}) {
  const world = createWorld(flow(body), answers);
  world.start();
  return { world, path: runPath(world), error: world.decision()?.ended?.error };
}

describe("stuck_after", () => {
  test("T-CF-24 a loop whose markers change is never stuck, and remembers only the newest set", () => {
    const changing = Array.from({ length: 10 }, (_, index) => marked("again", `turn-${index}`));
    const world = createWorld(
      flow([doWhile("check.again", [call("check")], { maxIterations: 20, stuckAfter: 3 })]),
      { steps: { check: [...changing, done] } },
    );
    const remembered: unknown[] = [];
    world.decideOnce([{ type: "started", at: world.now() }]);
    for (let turn = 0; turn <= changing.length; turn += 1) {
      const outcome = changing[turn] ?? done;
      world.decideOnce([{ type: "attemptEnded", address: `b.0.0@${turn}.0`, attempt: 1, outcome }]);
      const frame = world.state().frames["b.0"];
      if (frame?.kind === "loop") remembered.push(frame.streak);
    }
    expect(world.decision()?.ended?.status).toBe("completed");
    expect(remembered).toEqual(
      changing.map((_, turn) => ({ markers: expect.stringContaining(`turn-${turn}`), times: 1 })),
    );
  });

  test("T-CF-25 the same markers for the third time are stuck, the second time is not", () => {
    const loop = (stuckAfter: number) =>
      ran([doWhile("check.again", [call("check")], { maxIterations: 9, stuckAfter })], {
        steps: { check: [marked("again", "same"), marked("same", "again"), marked("again", "same")] },
      });
    expect(loop(3).world.asked("runAction")).toHaveLength(3);
    expect(loop(3).error).toMatchObject({
      code: "loop_stuck",
      message: expect.stringContaining("3 times in a row"),
    });
  });

  test.each([0, 1])(
    "gap K: stuck_after %i ends the loop after its first iteration, as there",
    (stuckAfter) => {
      const { world, error } = ran([doWhile("check.again", [call("check")], { stuckAfter })], {
        steps: { check: [done] },
      });
      expect(error?.code).toBe("loop_stuck");
      expect(world.asked("runAction")).toHaveLength(1);
    },
  );

  test("gap K: the sets a loop remembers are part of the run: a takeover between iterations forgets none", () => {
    const { world } = ran([doWhile("check.again", [call("check"), call("wait")], { stuckAfter: 2 })], {
      steps: { check: [again], wait: [done, hangs] },
    });
    world.activate();
    expect(world.attemptEnds("b.0.0@1.1", 1, done).ended?.error?.code).toBe("loop_stuck");
  });
});

describe("gap K: while execution as a whole", () => {
  test("gap K: the condition is tested before each iteration", () => {
    const body = [call("check"), whileLoop("check.again", [call("work"), call("check")])];
    expect(ran(body, { steps: { check: times(2) } }).path).toBe("check, work, check, work, check, completed");
    expect(ran(body, { steps: { check: [done] } }).path).toBe("check, completed");
  });

  test("gap K: each iteration has records of its own, with its number", () => {
    const { world } = ran([call("check"), whileLoop("check.again", [call("check")])], {
      steps: { check: times(2) },
    });
    const records = [...world.steps.values()].map(({ address, iteration }) => [address, iteration]);
    expect(records).toEqual([
      ["b.0", 0],
      ["b.1.0@0.0", 0],
      ["b.1.0@1.0", 1],
    ]);
  });
});

describe("gap K: do-while execution as a whole", () => {
  test("gap K: the body runs once before the condition is looked at", () => {
    const body = [doWhile("check.again", [call("work"), call("check")])];
    expect(ran(body, { steps: { check: [done] } }).path).toBe("work, check, completed");
    expect(ran(body, { steps: { check: times(1) } }).path).toBe("work, check, work, check, completed");
  });
});

describe("gap K: on_max_iter", () => {
  const cap = { maxIterations: 2 };

  test("gap K: on_max_iter = fail fails the run after as many iterations, whatever fail_fast says", () => {
    for (const loop of [
      whileLoop("check.again", [call("check")], cap),
      doWhile("check.again", [call("check")], cap),
    ]) {
      const { world, error } = ran([call("check"), loop, call("never")], {
        steps: { check: [again] },
        run: { failFast: false },
      });
      expect(error).toMatchObject({
        code: "loop_limit",
        message: expect.stringContaining("max_iterations (2)"),
      });
      expect(world.asked("runAction")).toHaveLength(3);
    }
  });

  test("gap K: on_max_iter = continue goes on behind the loop", () => {
    const onMaxIter = "continue" as const;
    for (const loop of [
      whileLoop("check.again", [call("check")], { ...cap, onMaxIter }),
      doWhile("check.again", [call("check")], { ...cap, onMaxIter }),
    ]) {
      expect(ran([call("check"), loop, call("next")], { steps: { check: [again] } }).path).toBe(
        "check, check, check, next, completed",
      );
    }
  });

  test("gap K: a loop whose condition is gone at its cap has not reached it", () => {
    const body = [call("check"), whileLoop("check.again", [call("check")], cap)];
    expect(ran(body, { steps: { check: times(2) } }).path).toBe("check, check, check, completed");
  });
});

describe("gap K: do block output and with", () => {
  test("gap K: inheritance: the innermost output counts, snippets come from the inside out, the call's own last", () => {
    const inner = block([call("deep", { with: ["own"] }), call("free", { output: "mine" })], {
      output: "inner",
      with: ["i"],
    });
    const { world } = ran([block([inner, call("shallow")], { output: "outer", with: ["o"] })]);
    expect(
      world.asked("runAction").map(({ action, output, with: snippets }) => [action, output, snippets]),
    ).toEqual([
      ["deep", "inner", ["i", "o", "own"]],
      ["free", "mine", ["i", "o"]],
      ["shallow", "outer", ["o"]],
    ]);
  });

  test("gap K: restoration: behind the block, and behind one that failed, nothing of it is left", () => {
    const { world } = ran([block([call("a"), call("b")], { output: "inside", with: ["i"] }), call("c")], {
      steps: { a: [failed("x")] },
      run: { failFast: false },
    });
    const told = world.asked("runAction").at(-1);
    expect(told).toMatchObject({ action: "c", with: [] });
    expect(told).not.toHaveProperty("output");
  });

  test("gap K: calls in conditions and loops inside the block inherit, scripts and parallel branches do not", () => {
    const body = [
      when("flag", [call("a")]),
      doWhile("b.again", [call("b")]),
      parallel([call("c")]),
      script("s"),
    ];
    const { world } = ran([block(body, { output: "o", with: ["w"] })], { run: { inputs: { flag: "true" } } });
    expect(world.asked("runAction").map(({ action, output }) => [action, output])).toEqual([
      ["a", "o"],
      ["b", "o"],
      ["c", undefined],
    ]);
    expect(world.asked("runScript")[0]).not.toHaveProperty("output");
  });
});

describe("gap K: loops with fail_fast", () => {
  const body = () => [call("check"), whileLoop("check.again", [call("bad"), call("check")])];

  test("gap K: loops with fail_fast end at the first failure inside", () => {
    expect(ran(body(), { steps: { check: [again], bad: [failed("x")] } }).path).toBe(
      "check, bad (failed), failed",
    );
  });

  test("gap K: loops without fail_fast go on, and the run has failed at the end", () => {
    const steps = { check: times(2), bad: [failed("x"), done] };
    expect(ran(body(), { steps, run: { failFast: false } }).path).toBe(
      "check, bad (failed), check, bad, check, failed",
    );
  });
});
