// The reference's tests of events (group W), as far as they are about what happens in a run. Here an event is a fact of
// the run's history; how sinks get them is tested beside the sinks, how they are stored in the store's suite.
import { describe, expect, test } from "vitest";
import {
  call,
  child,
  flow,
  foreach,
  gate,
  parallel,
  script,
  sleep,
  when,
  whileLoop,
} from "../../support/engine/definitions.js";
import { childResult, createWorld, failed, hangs, item, ok } from "../../support/engine/world.js";

type World = ReturnType<typeof createWorld>;
const types = (world: World) => world.facts.map(({ type }) => type);

describe("the timeline of a run", () => {
  test("T-EVT-05 one call: started, its step, what was used, completed", () => {
    const world = createWorld(flow([call("plan")]));
    world.start();
    expect(types(world)).toEqual([
      ...["run.started", "step.started", "step.completed", "metrics.updated", "run.completed"],
    ]);
  });

  test("T-EVT-07 steps of every kind tell when they begin and how they end", () => {
    const world = createWorld(
      flow([call("a"), script("b"), child("c"), gate("d"), foreach("e"), sleep("f", "1s")]),
    );
    world.start();
    world.approve("b.3");
    world.toDeadline();
    const of = (wanted: string) =>
      world.facts.flatMap((fact) => (fact.type === wanted && "name" in fact ? [fact.name] : []));
    expect(of("step.started")).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(of("step.completed")).toEqual(["a", "b", "c", "d", "e", "f"]);
  });
});

describe("what a fact says", () => {
  test("gap W: a retry tells which attempt comes next, when and why", () => {
    const world = createWorld(flow([call("a", { retries: 1 })]), { steps: { a: [failed("no"), ok()] } });
    world.start();
    expect(world.facts).toContainEqual({
      ...{ type: "step.retrying", address: "b.0", name: "a", attempt: 2, delayMs: 0 },
      error: { code: "boom", message: "no" },
    });
  });

  test("gap W: a failed step tells its error, a run that fails the reason", () => {
    const world = createWorld(flow([call("a")]), { steps: { a: [failed("no")] } });
    world.start();
    const step = world.facts.find(({ type }) => type === "step.failed");
    expect(step).toMatchObject({ name: "a", attempt: 1, error: { code: "boom", message: "no" } });
    expect(world.facts.at(-1)).toMatchObject({
      type: "run.failed",
      error: { message: expect.stringContaining("no") },
    });
  });

  test("gap W: skipped, timed out and cancelled steps are told too", () => {
    const world = createWorld(
      flow([
        call("forgiven", { onFail: { kind: "continue" } }),
        call("slow", { timeoutMs: 50, onFail: { kind: "continue" } }),
        call("last"),
      ]),
      { steps: { forgiven: [failed("no")], slow: [hangs], last: [hangs] } },
    );
    world.start();
    world.advance(50);
    world.attemptEnds("b.1", 1, { type: "cancelled", reason: "timeout" });
    world.cancel("enough");
    world.attemptEnds("b.2", 1, { type: "cancelled", reason: "aborted" });
    expect(types(world)).toEqual(
      expect.arrayContaining(["step.skipped", "step.timed_out", "step.cancelled"]),
    );
  });

  test("gap W: a gate tells until when it waits, and who said what", () => {
    const world = createWorld(flow([gate("human_review")]));
    world.start();
    world.approve("b.0", { feedback: "go", selections: ["a"] });
    expect(world.facts).toContainEqual(
      expect.objectContaining({
        type: "gate.waiting",
        name: "human_review",
        deadline: world.now() + 86_400_000,
      }),
    );
    expect(world.facts).toContainEqual(
      expect.objectContaining({ type: "gate.resolved", by: "ann", feedback: "go", selections: ["a"] }),
    );
  });

  test("gap W: a gate whose time is over is told, whatever comes of it", () => {
    for (const onTimeout of ["fail", "continue"] as const) {
      const world = createWorld(flow([gate("human_review", { onTimeout, timeoutMs: 10 })]));
      world.start();
      world.advance(10);
      expect(types(world), onTimeout).toContain("gate.timed_out");
    }
  });

  test("gap W: a fan-out tells its count and each item's begin and end, and no item it never came to", () => {
    const world = createWorld(flow([foreach("each", { maxParallel: 1, onChildFail: "halt" })]), {
      items: { each: [item("x"), item("y")] },
      children: { x: [childResult({ status: "failed" })] },
    });
    world.start();
    expect(world.facts.filter(({ type }) => type.startsWith("fanout."))).toMatchObject([
      { type: "fanout.collected", count: 2 },
      { type: "fanout.item_started", itemId: "x" },
      { type: "fanout.item_ended", itemId: "x", status: "failed" },
    ]);
  });

  test("gap W: a fan-out without items tells that there were none", () => {
    const world = createWorld(flow([foreach("each")]));
    world.start();
    expect(world.facts).toContainEqual({ type: "fanout.collected", address: "b.0", count: 0 });
  });

  test("gap W: branches, loops, parallel blocks and children are told", () => {
    const world = createWorld(
      flow([
        call("a"),
        when("a.go", [parallel([call("b"), call("c")])]),
        whileLoop("a.go", [call("a")]),
        child("review"),
      ]),
      { steps: { a: [ok({ markers: ["go"] }), ok()] } },
    );
    world.start();
    expect(types(world)).toEqual(
      expect.arrayContaining([
        ...["branch.taken", "parallel.ended", "loop.iterated", "loop.ended", "child.started", "child.ended"],
      ]),
    );
  });

  test("gap W: a cancelled run tells its reason, when it is asked and at its end", () => {
    const world = createWorld(flow([call("a")]), { steps: { a: [hangs] } });
    world.start();
    world.cancel("enough");
    world.attemptEnds("b.0", 1, { type: "cancelled", reason: "aborted" });
    expect(world.facts).toContainEqual({ type: "run.cancelling", reason: "enough", by: "ann" });
    expect(world.facts.at(-1)).toEqual({ type: "run.cancelled", reason: "enough" });
  });

  test("gap W: a run that goes on elsewhere tells so, and nothing a second time", () => {
    const world = createWorld(flow([call("a"), call("b")]), { steps: { b: [hangs, ok()] } });
    world.start();
    const before = world.facts.length;
    world.activate(7);
    expect(world.facts.slice(before).map(({ type }) => type)).toEqual([
      ...["run.resumed", "step.completed", "metrics.updated", "run.completed"],
    ]);
  });

  test("gap W: what is told at the end are the sums of the whole run", () => {
    const world = createWorld(flow([call("a"), call("b")]), {
      steps: { a: [ok({ usage: { costUsd: 1 } })], b: [ok({ usage: { costUsd: 2, turns: 4 } })] },
    });
    const { totals } = world.start();
    expect(world.facts.filter(({ type }) => type === "metrics.updated")).toEqual([
      { type: "metrics.updated", totals },
    ]);
    expect(totals).toMatchObject({ costUsd: 3, turns: 4 });
  });
});
