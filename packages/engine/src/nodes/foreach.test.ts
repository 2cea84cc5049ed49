/** Fan-out: listing items, a child run per item, in a window, in the order of dependencies. */
import { limits } from "@runfleet/model";
import { expect, test } from "vitest";
import { call, doWhile, flow, foreach } from "../../../../test/support/engine/definitions.js";
import { childResult, createWorld, hangs, item, ok } from "../../../../test/support/engine/world.js";

const abc = [item("a"), item("b"), item("c")];
test("items run in list order, at most max_parallel at a time", () => {
  const world = createWorld(flow([foreach("each", { maxParallel: 2 }), call("end")]), {
    items: { each: abc },
    children: { work: [hangs] },
  });
  const decision = world.start();
  expect(decision).toMatchObject({ status: "waiting", localWork: false });
  expect(decision.blockedOn).toEqual([
    { type: "items", address: "b.0", name: "each", running: 2, done: 0, total: 3 },
  ]);
  expect(world.steps.get("b.0#1")?.progress).toEqual({
    total: 3,
    running: 2,
    completed: 0,
    failed: 0,
    skipped: 0,
  });
  expect(world.asked("startChild").map(({ childId }) => childId)).toEqual(["child:b.0:1:a", "child:b.0:1:b"]);
  world.childEnds("child:b.0:1:b", "b.0", childResult({ output: '{"n":2}' }));
  world.childEnds("child:b.0:1:a", "b.0", childResult());
  expect(world.childEnds("child:b.0:1:c", "b.0", childResult()).ended?.status).toBe("completed");
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 each#1
    fanout.collected b.0 count=3
    fanout.item_started b.0 itemId=a childRunId=child:b.0:1:a
    fanout.item_started b.0 itemId=b childRunId=child:b.0:1:b
    run.waiting on=items each
    fanout.item_ended b.0 itemId=b status=completed
    fanout.item_started b.0 itemId=c childRunId=child:b.0:1:c
    fanout.item_ended b.0 itemId=a status=completed
    fanout.item_ended b.0 itemId=c status=completed
    step.completed b.0 each#1 markers=[]
    step.started b.1 end#1
    step.completed b.1 end#1 markers=[]
    metrics.updated
    run.completed"
  `);
  expect(world.steps.get("b.0#1")).toMatchObject({
    context: "foreach each: 3 completed, 0 failed, 0 skipped of 3 things",
    output:
      '{"items":[{"item_id":"a","status":"completed","output":null},{"item_id":"b","status":"completed","output":{"n":2}},{"item_id":"c","status":"completed","output":null}]}',
  });
  expect(world.state().items).toEqual({});
});

test("of two items with one id the first one is taken", () => {
  const twice = [item("a", { path: "first" }), item("a", { path: "second" })];
  const world = createWorld(flow([foreach("each")]), { items: { each: twice } });
  world.start();
  expect(world.asked("startChild").map(({ inputs }) => inputs["item.path"])).toEqual(["first"]);
});

test("an item that ends makes room for one other", () => {
  const world = createWorld(flow([foreach("each", { maxParallel: 2 })]), {
    items: { each: [...abc, item("d"), item("e")] },
    children: { work: [hangs] },
  });
  world.start();
  world.childEnds("child:b.0:1:a", "b.0", childResult());
  expect(world.asked("startChild").map(({ childId }) => childId.slice(-1))).toEqual(["a", "b", "c"]);
});

test("the items of a foreach that has completed are gone while the run goes on", () => {
  const world = createWorld(flow([foreach("each"), call("wait")]), {
    items: { each: [item("a"), item("b")] },
    steps: { wait: [hangs] },
  });
  expect(world.start().ended).toBeUndefined();
  expect(world.state().items).toEqual({});
});

test("children get the item and the parent's variables", () => {
  const inputs = { ticket: "{{item.id}} for {{who}}", keep: "{{item.unknown}}", "item.id": "shadow" };
  const world = createWorld(flow([foreach("each", { inputs })]), {
    items: { each: [item("7", { title: "Fix", id: "x" })] },
    run: { inputs: { who: "ann" }, identity: "bot" },
  });
  world.start();
  expect(world.asked("startChild")[0]).toMatchObject({
    inputs: {
      ticket: "7 for ann",
      keep: "{{item.unknown}}",
      "item.id": "7",
      "item.ref": "ref-7",
      "item.title": "Fix",
    },
    identity: "bot",
  });
});

test("max_parallel 0 is treated as 1, and a second item of the same id is dropped", () => {
  const world = createWorld(flow([foreach("each", { maxParallel: 0 })]), {
    items: { each: [item("a"), item("a", { x: "2" }), item("b")] },
  });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.asked("startChild")).toHaveLength(2);
});

test("ordered items wait for their blockers; unordered ones do not", () => {
  const dependencies: [string, string][] = [
    ["c", "a"],
    ["c", "b"],
    ["x", "gone"],
    ["c", "a"],
  ];
  const order = (ordered: boolean) => {
    const world = createWorld(flow([foreach("each", { ordered, maxParallel: 3 })]), {
      items: { each: abc },
      dependencies,
    });
    world.start();
    return world.asked("startChild").map(({ inputs }) => inputs["item.id"]);
  };
  expect(order(true)).toEqual(["c", "a", "b"]);
  expect(order(false)).toEqual(["a", "b", "c"]);
});

test("a chain as long as the list is no problem", () => {
  const items = Array.from({ length: 2_000 }, (_, index) => item(`i${index}`));
  const dependencies = items.slice(1).map((one, index) => [`i${index}`, one.id] as [string, string]);
  const world = createWorld(flow([foreach("each", { ordered: true })]), {
    items: { each: items },
    dependencies,
    children: { work: [hangs] },
  });
  world.start();
  expect(world.asked("startChild")).toHaveLength(1);
});

test("too many items and a failing provider fail the step", () => {
  const items = Array.from({ length: limits.foreachItemsMax + 1 }, (_, index) => item(String(index)));
  const many = createWorld(flow([foreach("each")]), { items: { each: items } });
  expect(many.start().ended?.error?.code).toBe("too_large");
  const broken = createWorld(flow([foreach("each")]));
  broken.decideOnce([{ type: "started", at: 0 }]);
  const { ended } = broken.send({
    type: "itemsFailed",
    address: "b.0",
    error: { code: "offline", message: "no tickets" },
  });
  expect(ended?.error).toEqual({ code: "offline", message: "no tickets" });
});

test("filter.from is looked up in the inputs and in earlier outputs", () => {
  const sources = (from: string) => {
    const world = createWorld(
      flow([call("scan"), foreach("each", { filter: { from }, scope: { in: "repo" } })]),
      {
        steps: { scan: [ok({ output: '{"files":["x","y"],"text":"[1]"}' })] },
        run: { inputs: { list: "[1,2]" } },
      },
    );
    world.start();
    return world.asked("collectItems")[0];
  };
  expect(sources("list")).toMatchObject({ source: "[1,2]", filter: { from: "list" }, scope: { in: "repo" } });
  expect(sources("scan.files")?.source).toBe('["x","y"]');
  expect(sources("scan.text")?.source).toBe("[1]");
  expect(sources("1")).not.toHaveProperty("source");
  expect(sources("scan.none")).not.toHaveProperty("source");
});

test("totals of all children are added, and a child's second end is ignored", () => {
  const totals = { ...childResult().totals, costUsd: 1, durationMs: 10 };
  const world = createWorld(flow([foreach("each", { maxParallel: 3 })]), {
    items: { each: abc },
    children: { work: [childResult({ totals })], c: [hangs] },
  });
  world.start();
  world.childEnds("child:b.0:1:a", "b.0", childResult({ totals }));
  expect(world.facts.at(-1)).toMatchObject({ type: "event.ignored", reason: "belongs to no item in flight" });
  expect(world.decision()?.totals).toMatchObject({ costUsd: 2, durationMs: 20 });
});

test("children that end together are decided together", () => {
  const world = createWorld(flow([foreach("each", { maxParallel: 2 })]), {
    items: { each: abc },
    children: { work: [hangs] },
  });
  world.start();
  const at = world.now();
  const end = (id: string) =>
    ({
      type: "childFinished",
      at,
      childId: `child:b.0:1:${id}`,
      address: "b.0",
      result: childResult(),
    }) as const;
  expect(world.decideOnce([end("a"), end("b")]).commands).toMatchObject([
    { type: "startChild", childId: "child:b.0:1:c" },
  ]);
});

test("a takeover lists again while listing, and re-attaches to children that run", () => {
  const listing = createWorld(flow([foreach("each")]), { items: { each: abc } });
  listing.decideOnce([{ type: "started", at: 0 }]);
  expect(listing.decideOnce([{ type: "activated", worker: "w", generation: 2 }]).commands).toMatchObject([
    { type: "collectItems" },
  ]);
  const running = createWorld(flow([foreach("each")]), { items: { each: abc }, children: { work: [hangs] } });
  running.start();
  expect(running.activate().commands).toEqual([]);
  running.send({ type: "itemsCollected", address: "b.0", items: [], dependencies: [] });
  expect(running.facts.at(-1)).toMatchObject({ type: "event.ignored", reason: "the items are known" });
});

test("a fan-out in a loop lists its items in each iteration, with children of their own", () => {
  const world = createWorld(flow([doWhile("check.more", [foreach("each"), call("check")])]), {
    items: { each: [item("a")] },
    steps: { check: [ok({ markers: ["more"] }), ok()] },
  });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.asked("startChild").map(({ childId }) => childId)).toEqual([
    "child:b.0.0@0.0:1:a",
    "child:b.0.0@1.0:1:a",
  ]);
});

test("foreach counts as a level of depth", () => {
  const world = createWorld(flow([foreach("each")]), { run: { depth: 5 } });
  expect(world.start().ended?.error?.code).toBe("depth_limit");
});
