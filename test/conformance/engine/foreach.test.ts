// The reference's tests of the order of items (the rest of its group O), and what it leaves untested about `foreach`.
import type { ForeachNode, Item } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { call, flow, foreach, when } from "../../support/engine/definitions.js";
import { childResult, createWorld, hangs, item, type Script } from "../../support/engine/world.js";

const list = (...ids: string[]): Item[] => ids.map((id) => item(id));
const failedChild = childResult({ status: "failed", error: { code: "step_failed", message: "no luck" } });

interface FanOut extends Partial<ForeachNode> {
  readonly ids: readonly string[];
  readonly dependencies?: [string, string][];
  readonly children?: Script["children"];
  readonly run?: Script["run"];
}

/** A run that fans out over the ids; its children end when the test says so, unless it scripts them. */
function fanOut({ ids, dependencies = [], children = { work: [hangs] }, run = {}, ...node }: FanOut) {
  const definition = flow([foreach("each", { maxParallel: 9, ...node }), call("next")]);
  const world = createWorld(definition, { items: { each: list(...ids) }, dependencies, children, run });
  world.start();
  return {
    world,
    /** Ids of the items that were started, in order. */
    started: () => world.asked("startChild").map(({ inputs }) => inputs["item.id"]),
    ends: (id: string, result = childResult(), attempt = 1) =>
      world.childEnds(`child:b.0:${attempt}:${id}`, "b.0", result),
    step: () => [...world.steps.values()].find(({ address }) => address === "b.0"),
  };
}

describe("the order of items", () => {
  test("T-FE-12 items that have ended are counted by how they ended, others are not; a takeover keeps the counts", () => {
    const { world, ends, step } = fanOut({
      ids: ["a", "b", "bad", "child-of-bad", "open"],
      dependencies: [["bad", "child-of-bad"]],
      ordered: true,
      onChildFail: "skip_dependents",
    });
    ends("a");
    ends("b");
    ends("bad", failedChild);
    const counted = { total: 5, completed: 2, failed: 1, skipped: 1, running: 1 };
    expect(step()?.progress).toEqual(counted);
    expect(world.activate().commands).toEqual([]);
    ends("open");
    expect(step()).toMatchObject({ attempt: 1, progress: { ...counted, completed: 3, running: 0 } });
  });

  test("T-FE-13 without dependencies all items may start at once", () => {
    expect(fanOut({ ids: ["a", "b", "c"], ordered: true }).started()).toEqual(["a", "b", "c"]);
  });

  test("T-FE-14 in a chain the second item starts when the first has ended", () => {
    const { started, ends } = fanOut({ ids: ["b", "a"], dependencies: [["a", "b"]], ordered: true });
    expect(started()).toEqual(["a"]);
    ends("a");
    expect(started()).toEqual(["a", "b"]);
  });

  test("T-FE-15 both items that wait for one start together when it has ended", () => {
    const dependencies: [string, string][] = [
      ["a", "c"],
      ["a", "d"],
    ];
    const { started, ends } = fanOut({ ids: ["a", "c", "d"], dependencies, ordered: true });
    expect(started()).toEqual(["a"]);
    ends("a");
    expect(started()).toEqual(["a", "c", "d"]);
  });

  test("T-FE-16 an item that had completed before lets those start that wait for it", () => {
    const { world, started, ends } = fanOut({
      ids: ["a", "b"],
      dependencies: [["a", "b"]],
      ordered: true,
      onChildFail: "halt",
    });
    ends("a");
    expect(ends("b", failedChild).ended?.status).toBe("failed");
    world.retry();
    expect(started()).toEqual(["a", "b", "b"]);
  });
});

test("gap O: resume of a partly finished fan-out: children in flight are waited for, never started again", () => {
  const { world, started, ends } = fanOut({ ids: ["a", "b", "c", "d"], maxParallel: 2 });
  ends("b");
  expect(world.activate().commands).toEqual([]);
  ends("a");
  ends("c");
  ends("d");
  expect(started()).toEqual(["a", "b", "c", "d"]);
  expect(world.decision()?.ended?.status).toBe("completed");
});

describe("gap O: cycles", () => {
  const cycle: FanOut = {
    ids: ["a", "b", "free"],
    dependencies: [
      ["a", "b"],
      ["b", "a"],
    ],
    ordered: true,
  };

  test("gap O: cycles fail the step before any item starts", () => {
    const { world, started } = fanOut(cycle);
    expect(world.decision()?.ended?.error).toMatchObject({
      code: "items_failed",
      message: expect.stringMatching(/wait for each other: (a → b → a|b → a → b)/),
    });
    expect(started()).toEqual([]);
  });

  test("gap O: cycles with on_cycle = warn leave out their items and stall", () => {
    const { world, started, ends, step } = fanOut({ ...cycle, onCycle: "warn" });
    expect(started()).toEqual(["free"]);
    ends("free");
    expect(world.decision()?.ended?.status).toBe("completed");
    expect(step()?.markers).toEqual(["foreach_stalled"]);
  });

  test("gap O: cycles mean nothing where the order does not", () => {
    expect(fanOut({ ...cycle, ordered: false }).started()).toEqual(["a", "b", "free"]);
  });
});

test("gap O: stall: items nothing can ever start complete the step, with a marker a condition can see", () => {
  const each = foreach("each", { ordered: true });
  const world = createWorld(flow([each, when("each.foreach_stalled", [call("tell")])]), {
    items: { each: list("a", "b") },
    dependencies: [["not-in-the-list", "b"]],
  });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual(["each#1 completed", "tell#1 completed"]);
  expect(JSON.parse(world.state().results["each"]?.output ?? "")).toMatchObject({
    items: [{ item_id: "a" }],
  });
});

test("gap O: max_parallel 0 is 1", () => {
  const { started, ends } = fanOut({ ids: ["a", "b"], maxParallel: 0 });
  expect(started()).toEqual(["a"]);
  ends("a");
  expect(started()).toEqual(["a", "b"]);
});

test("gap O: template inputs: item and parent values are filled in once, unknown names stay, item.* cannot be replaced", () => {
  const context = { title: "{{secret}}" };
  const inputs = { what: "{{item.title}} of {{team}}, {{nobody}}", "item.id": "forged" };
  const world = createWorld(flow([foreach("each", { inputs })]), {
    items: { each: [{ id: "7", ref: "PR-7", context }] },
    run: { inputs: { team: "core", secret: "never" } },
  });
  world.start();
  expect(world.asked("startChild")[0]?.inputs).toEqual({
    what: "{{secret}} of core, {{nobody}}",
    "item.id": "7",
    "item.ref": "PR-7",
    "item.title": "{{secret}}",
  });
});

test("gap O: summary text: counts by end in the step's context, each item with its output in the structured one", () => {
  const { world, step } = fanOut({
    ids: ["b", "a"],
    children: { a: [childResult({ output: '{"size":3}' })], b: [failedChild] },
  });
  expect(world.decision()?.ended?.status).toBe("completed");
  expect(step()?.context).toBe("foreach each: 1 completed, 1 failed, 0 skipped of 2 things");
  expect(JSON.parse(step()?.output ?? "")).toEqual({
    items: [
      { item_id: "a", status: "completed", output: { size: 3 } },
      { item_id: "b", status: "failed", output: null },
    ],
  });
  expect(world.asked("runAction")[0]?.variables["prior_context"]).toBe(step()?.context);
});

test("gap O: child run ids on items: known from the moment an item starts, in the timeline too", () => {
  const { world } = fanOut({ ids: ["a", "b"], maxParallel: 1 });
  expect(world.state().items).toMatchObject({
    "b.0/0": { status: "running", childId: "child:b.0:1:a" },
    "b.0/1": { status: "pending" },
  });
  expect(world.facts).toContainEqual(
    expect.objectContaining({ type: "fanout.item_started", itemId: "a", childRunId: "child:b.0:1:a" }),
  );
});

describe("gap O: cancellation of in-flight children", () => {
  test("gap O: cancellation of in-flight children by halt: they are told, waited for, and are no failures", () => {
    const { world, ends, step } = fanOut({ ids: ["a", "b", "c"], onChildFail: "halt" });
    ends("b", failedChild);
    expect(world.asked("cancelChild").map(({ childId }) => childId)).toEqual([
      "child:b.0:1:a",
      "child:b.0:1:c",
    ]);
    ends("a", childResult({ status: "cancelled" }));
    expect(world.decision()?.ended).toBeUndefined();
    ends("c", childResult());
    expect(world.decision()?.ended?.status).toBe("failed");
    expect(step()).toMatchObject({ status: "failed", progress: { completed: 1, failed: 1, running: 0 } });
  });

  test("gap O: cancellation of in-flight children by a cancel of the run: with its reason", () => {
    const { world, ends } = fanOut({ ids: ["a", "b"] });
    world.cancel("no budget");
    expect(world.asked("cancelChild").map(({ reason }) => reason)).toEqual(["no budget", "no budget"]);
    ends("a", childResult({ status: "cancelled" }));
    expect(ends("b", childResult({ status: "cancelled" })).ended?.status).toBe("cancelled");
  });
});

test("gap O: depth: items are workflows below the run, with the same limit, and what fails is the step", () => {
  const depth = limits.workflowDepthMax;
  expect(fanOut({ ids: ["a"], run: { depth: depth - 1 } }).started()).toEqual(["a"]);
  const { world, started } = fanOut({ ids: ["a"], run: { depth } });
  expect(started()).toEqual([]);
  expect(world.decision()?.ended?.error?.code).toBe("depth_limit");
});

test("what all children used is in the step's record and in the run's totals, failed ones too", () => {
  const spent = (costUsd: number, turns: number) => ({ ...childResult().totals, costUsd, turns });
  const { world, step } = fanOut({
    ids: ["a", "b"],
    children: {
      a: [childResult({ totals: spent(1, 4) })],
      b: [{ ...failedChild, totals: spent(2, 3) }],
    },
  });
  expect(world.decision()?.totals).toMatchObject({ costUsd: 3, turns: 7 });
  expect(step()?.usage).toMatchObject({ costUsd: 3, turns: 7 });
});
