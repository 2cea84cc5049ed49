// The reference's tests of resuming (group AB). There a resumed run begins anew and skips what is recorded as completed;
// here open frames go on where they are, after a crash (`activated`) as after an operator's retry.
import { decodeState } from "@runfleet/engine";
import { describe, expect, test } from "vitest";
import {
  call,
  child,
  doWhile,
  flow,
  foreach,
  gate,
  parallel,
  whileLoop,
} from "../../support/engine/definitions.js";
import { childResult, createWorld, failed, hangs, item, ok } from "../../support/engine/world.js";

type World = ReturnType<typeof createWorld>;
const ran = (world: World) => world.asked("runAction").map(({ action }) => action);

describe("after a crash", () => {
  test("T-RES-01 completed steps do not run again, the one in flight does", () => {
    const world = createWorld(flow([call("alpha"), call("beta")]), { steps: { beta: [hangs, ok()] } });
    world.start();
    expect(world.activate().ended?.status).toBe("completed");
    expect(ran(world)).toEqual(["alpha", "beta", "beta"]);
    expect(world.stepLines()).toEqual(["alpha#1 completed", "beta#1 completed"]);
  });

  test("T-RES-02 the figures of completed steps are counted once", () => {
    const world = createWorld(flow([call("alpha"), call("beta")]), {
      steps: { alpha: [ok({ usage: { costUsd: 2 } })], beta: [hangs, ok({ usage: { costUsd: 1 } })] },
    });
    world.start();
    expect(world.activate().totals.costUsd).toBe(3);
  });

  test("T-RES-03 a run that had not begun runs everything once", () => {
    const world = createWorld(flow([call("alpha"), call("beta")]));
    world.send({ type: "activated", worker: "w", generation: 7 }, { type: "started", at: world.now() });
    expect(ran(world)).toEqual(["alpha", "beta"]);
    expect(world.facts.map(({ type }) => type)).not.toContain("run.resumed");
  });

  test("T-RES-04 a loop goes on in the iteration it was in", () => {
    const world = createWorld(
      flow([
        call("check"),
        whileLoop("check.again", [call("body_a"), call("body_b")], {
          maxIterations: 3,
          onMaxIter: "continue",
        }),
      ]),
      { steps: { check: [ok({ markers: ["again"] })], body_a: [ok(), ok(), hangs, ok()] } },
    );
    world.start();
    const before = ran(world).length;
    expect(world.activate().ended?.status).toBe("completed");
    expect(
      world
        .asked("runAction")
        .slice(before)
        .map(({ address }) => address),
    ).toEqual([...["b.1.0@2.0", "b.1.0@2.1"]]);
  });

  test("T-RES-05 a state that cannot be read stops loudly instead of beginning anew", () => {
    expect(() => decodeState({ core: "no JSON" })).toThrow();
    expect(() => decodeState({ "f:b": "{}" })).toThrow();
  });

  test("T-RES-06 a state that somebody else began is not begun again", () => {
    const world = createWorld(flow([call("alpha")]), { steps: { alpha: [hangs] } });
    world.start();
    world.send({ type: "started", at: world.now() });
    expect(world.facts.at(-1)).toMatchObject({ type: "event.ignored", event: "started" });
    expect(ran(world)).toEqual(["alpha"]);
  });

  test("gap AB: contexts, exported values and feedback are there as before", () => {
    const world = createWorld(flow([call("a"), gate("human_review"), call("b")]), {
      steps: { a: [ok({ context: "c", output: '{"base":"main"}' })], b: [hangs, ok()] },
    });
    world.start();
    world.approve("b.1", { feedback: "go" });
    world.activate();
    const [, first, again] = world.asked("runAction");
    expect(first?.variables).toMatchObject({ prior_context: "c", base: "main", gate_feedback: "go" });
    expect(again?.variables).toEqual(first?.variables);
  });

  test("gap AB: a call of a path is not run twice", () => {
    const world = createWorld(flow([call("agents/plan.md"), call("next")]), {
      steps: { next: [hangs, ok()] },
    });
    world.start();
    world.activate();
    expect(ran(world)).toEqual(["agents/plan.md", "next", "next"]);
  });

  test("gap AB: a called workflow is waited for, and is the child it was", () => {
    const world = createWorld(flow([child("review"), call("next")]), { children: { review: [hangs] } });
    world.start();
    world.activate();
    world.childEnds("child:b.0:1:", "b.0", childResult());
    expect(world.asked("startChild")).toHaveLength(1);
    expect(ran(world)).toEqual(["next"]);
  });

  test("gap AB: a gate keeps its deadline and is not opened a second time", () => {
    const world = createWorld(flow([gate("human_approval", { timeoutMs: 1_000 })]));
    const { nextDeadlineAt } = world.start();
    world.setNow(world.now() + 500);
    const again = world.activate();
    expect(again).toMatchObject({ nextDeadlineAt, gatesOpened: [] });
    expect(world.facts.filter(({ type }) => type === "gate.waiting")).toHaveLength(1);
  });

  test("gap AB: a foreach starts no item twice", () => {
    const world = createWorld(flow([foreach("each", { maxParallel: 1 })]), {
      items: { each: [item("x"), item("y")] },
      children: { x: [childResult()], y: [hangs] },
    });
    world.start();
    world.activate();
    const started = world.asked("startChild");
    expect(started.map(({ inputs }) => inputs["item.id"])).toEqual(["x", "y"]);
    expect(world.childEnds(started[1]?.childId ?? "", "b.0", childResult()).ended?.status).toBe("completed");
    expect(world.asked("collectItems")).toHaveLength(1);
  });

  test("gap AB: a step that is called twice runs twice", () => {
    const world = createWorld(flow([call("plan"), call("plan"), call("next")]), {
      steps: { next: [hangs, ok()] },
    });
    world.start();
    world.activate();
    expect(ran(world)).toEqual(["plan", "plan", "next", "next"]);
    expect(world.stepLines()).toHaveLength(3);
  });

  test("gap AB: a do-while goes on in the iteration it was in", () => {
    const world = createWorld(flow([doWhile("check.again", [call("check"), call("work")])]), {
      steps: { check: [ok({ markers: ["again"] }), ok()], work: [ok(), hangs, ok()] },
    });
    world.start();
    expect(world.activate().ended?.status).toBe("completed");
    expect(world.asked("runAction").map(({ address }) => address)).toEqual([
      ...["b.0.0@0.0", "b.0.0@0.1", "b.0.0@1.0", "b.0.0@1.1", "b.0.0@1.1"],
    ]);
  });

  test("gap AB: an always block goes on, and the body is not run again", () => {
    const world = createWorld(flow([call("a")], { always: [call("clean"), call("report")] }), {
      steps: { report: [hangs, ok()] },
    });
    world.start();
    expect(world.activate().ended?.status).toBe("completed");
    expect(ran(world)).toEqual(["a", "clean", "report", "report"]);
  });
});

describe("after an operator's retry", () => {
  test("gap AB: a failed step is attempted again, what completed is not", () => {
    const world = createWorld(flow([call("a"), call("b"), call("c")]), {
      steps: { b: [failed("no"), ok()] },
    });
    world.start();
    expect(world.retry().ended?.status).toBe("completed");
    expect(ran(world)).toEqual(["a", "b", "b", "c"]);
  });

  test("gap AB: a step that timed out is attempted again", () => {
    const world = createWorld(flow([call("slow", { timeoutMs: 50 })]), { steps: { slow: [hangs, ok()] } });
    world.start();
    world.advance(50);
    world.attemptEnds("b.0", 1, { type: "cancelled", reason: "timeout" });
    expect(world.decision()?.ended?.status).toBe("failed");
    expect(world.retry().ended?.status).toBe("completed");
    expect(world.stepLines()).toEqual(["slow#1 timed_out", "slow#2 completed"]);
  });

  test("gap AB: of a parallel only the branches that did not complete run again", () => {
    const world = createWorld(flow([parallel([call("a"), call("b")], { failFast: false })]), {
      steps: { b: [failed("no"), ok()] },
    });
    world.start();
    world.retry();
    expect(ran(world)).toEqual(["a", "b", "b"]);
  });
});
