/** Children that end in ways nobody asked for, and events that belong to no child. */
import { expect, test } from "vitest";
import { flow, foreach } from "../../../../test/support/engine/definitions.js";
import { childResult, createWorld, hangs, item } from "../../../../test/support/engine/world.js";

const failedChild = childResult({ status: "failed", error: { code: "boom", message: "no" } });

test("a child that somebody else cancels is a failed item, unless the step is stopping anyway", () => {
  const cancelled = childResult({ status: "cancelled" });
  const world = createWorld(flow([foreach("each", { onChildFail: "halt", maxParallel: 3 })]), {
    items: { each: ["a", "b"].map((id) => item(id)) },
    children: { a: [cancelled], b: [hangs] },
  });
  world.start();
  expect(world.facts).toContainEqual({
    ...{ type: "fanout.item_ended", address: "b.0", itemId: "a", status: "failed" },
  });
  const { ended } = world.childEnds("child:b.0:1:b", "b.0", cancelled);
  expect(ended?.error?.code).toBe("items_failed");
  expect(world.facts).toContainEqual({
    ...{ type: "fanout.item_ended", address: "b.0", itemId: "b", status: "cancelled" },
  });
});

test("an item that waits for two that fail is skipped once", () => {
  const world = createWorld(
    flow([foreach("each", { ordered: true, onChildFail: "skip_dependents", maxParallel: 2 })]),
    {
      items: { each: ["a", "b", "c"].map((id) => item(id)) },
      dependencies: [
        ["a", "c"],
        ["b", "c"],
      ],
      children: { a: [hangs], b: [hangs] },
    },
  );
  world.start();
  world.childEnds("child:b.0:1:a", "b.0", failedChild);
  world.childEnds("child:b.0:1:b", "b.0", failedChild);
  const skipped = world.facts.filter(
    (fact) => fact.type === "fanout.item_ended" && fact.status === "skipped",
  );
  expect(skipped).toHaveLength(1);
  expect(world.steps.get("b.0#1")?.progress).toMatchObject({ failed: 2, skipped: 1 });
});

test("a cancel while a failed item stops the others sends no second cancel, and the run ends cancelled", () => {
  const world = createWorld(flow([foreach("each", { onChildFail: "halt", maxParallel: 2 })]), {
    items: { each: ["a", "b"].map((id) => item(id)) },
    children: { a: [failedChild], b: [hangs] },
  });
  world.start();
  expect(world.asked("cancelChild")).toHaveLength(1);
  world.cancel();
  expect(world.asked("cancelChild")).toHaveLength(1);
  expect(world.childEnds("child:b.0:1:b", "b.0", failedChild).status).toBe("cancelled");
});

test("a list that comes, or fails, a second time and words that are for gates change nothing", () => {
  const world = createWorld(flow([foreach("each")]), {
    items: { each: [item("a")] },
    children: { work: [hangs] },
  });
  world.start();
  world.send({ type: "itemsCollected", address: "b.0", items: [], dependencies: [] });
  world.send({ type: "itemsFailed", address: "b.0", error: { code: "late", message: "late" } });
  world.approve("b.0");
  expect(world.facts.flatMap((fact) => (fact.type === "event.ignored" ? [fact.reason] : []))).toEqual([
    "the items are known",
    "the items are known",
    "a foreach waits for items and children only",
  ]);
});

test("an item's output that is no JSON is listed as none", () => {
  const world = createWorld(flow([foreach("each")]), {
    items: { each: [item("a"), item("b")] },
    children: { a: [childResult({ output: "{ broken" })], b: [childResult({ output: '{"n":1}' })] },
  });
  world.start();
  expect(JSON.parse(world.steps.get("b.0#1")?.output ?? "")).toEqual({
    items: [
      { item_id: "a", status: "completed", output: null },
      { item_id: "b", status: "completed", output: { n: 1 } },
    ],
  });
});
