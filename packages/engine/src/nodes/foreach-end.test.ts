/** How a fan-out ends: failures, halting, skipping, stalling, cancel, limits on what is kept. */
import { limits } from "@runfleet/model";
import { expect, test } from "vitest";
import { call, flow, foreach, when } from "../../../../test/support/engine/definitions.js";
import { childResult, createWorld, hangs, item } from "../../../../test/support/engine/world.js";

const abc = [item("a"), item("b"), item("c")];
const failedChild = childResult({ status: "failed" });

test("no items: the step completes", () => {
  const world = createWorld(flow([foreach("each", { onChildFail: "halt" })]));
  expect(world.start().ended?.status).toBe("completed");
  expect(world.steps.get("b.0#1")).toMatchObject({ output: '{"items":[]}' });
});

test("continue succeeds when at least one child did, and fails when none did", () => {
  const some = createWorld(flow([foreach("each")]), { items: { each: abc }, children: { b: [failedChild] } });
  expect(some.start().ended?.status).toBe("completed");
  const none = createWorld(flow([foreach("each")]), {
    items: { each: abc },
    children: { work: [failedChild] },
  });
  expect(none.start().ended?.error).toMatchObject({ code: "items_failed" });
});

test("the error names the first item that failed and its child's reason, cut where it is long", () => {
  const red = childResult({
    status: "failed",
    error: { code: "boom", message: `no disk${"!".repeat(9_000)}` },
  });
  const cancelled = childResult({ status: "cancelled" });
  const answers = { items: { each: abc }, children: { a: [cancelled], b: [red] } };
  const world = createWorld(flow([foreach("each", { onChildFail: "halt", maxParallel: 1 })]), answers);
  const long = createWorld(flow([foreach("each", { onChildFail: "halt", maxParallel: 1 })]), {
    ...answers,
    children: { a: [red] },
  });
  expect(world.start().ended?.error?.message).toBe(
    "step 'each' failed: foreach each: 0 completed, 1 failed, 0 skipped of 3 things; first item 'a': child run cancelled",
  );
  const message = long.start().ended?.error?.message ?? "";
  expect(message).toContain("first item 'a': no disk!!!");
  expect(Buffer.byteLength(message)).toBeLessThan(1_200);
});

test("halt cancels the children in flight, starts no more and fails", () => {
  const world = createWorld(flow([foreach("each", { onChildFail: "halt" })]), {
    items: { each: abc },
    children: { work: [hangs] },
  });
  world.start();
  expect(world.childEnds("child:b.0:1:a", "b.0", failedChild).commands).toEqual([
    { type: "cancelChild", childId: "child:b.0:1:b", reason: "an item failed" },
  ]);
  expect(world.childEnds("child:b.0:1:b", "b.0", childResult({ status: "cancelled" })).ended?.status).toBe(
    "failed",
  );
  expect(world.steps.get("b.0#1")?.progress).toEqual({
    total: 3,
    running: 0,
    completed: 0,
    failed: 1,
    skipped: 0,
  });
  expect(Object.values(world.state().items).map(({ status }) => status)).toEqual([
    "failed",
    "cancelled",
    "pending",
  ]);
});

test("a halted child that does not end is given up after a minute", () => {
  const world = createWorld(flow([foreach("each", { onChildFail: "halt" })]), {
    items: { each: abc },
    children: { work: [hangs] },
  });
  world.start();
  world.childEnds("child:b.0:1:a", "b.0", failedChild);
  expect(world.decision()?.nextDeadlineAt).toBe(world.now() + 60_000);
  expect(world.toDeadline().ended?.error?.code).toBe("items_failed");
});

test("skip_dependents skips what waits for a failed item, directly or through others", () => {
  const world = createWorld(flow([foreach("each", { ordered: true, onChildFail: "skip_dependents" })]), {
    items: { each: [...abc, item("d")] },
    dependencies: [
      ["a", "b"],
      ["b", "c"],
    ],
    children: { a: [failedChild] },
  });
  expect(world.start().ended?.status).toBe("failed");
  expect(world.steps.get("b.0#1")?.progress).toEqual({
    total: 4,
    running: 0,
    completed: 1,
    failed: 1,
    skipped: 2,
  });
});

test("dependents are skipped in the order of the list", () => {
  const world = createWorld(flow([foreach("each", { ordered: true, onChildFail: "skip_dependents" })]), {
    items: { each: abc },
    dependencies: [
      ["a", "b"],
      ["a", "c"],
    ],
    children: { a: [failedChild] },
  });
  world.start();
  const skipped = world.facts.filter(
    (fact) => fact.type === "fanout.item_ended" && fact.status === "skipped",
  );
  expect(skipped).toMatchObject([{ itemId: "b" }, { itemId: "c" }]);
});

test("a dependency cycle fails the step or, with on_cycle = warn, stalls it", () => {
  const answers = {
    items: { each: abc },
    dependencies: [
      ["a", "b"],
      ["b", "a"],
    ] as [string, string][],
  };
  const strict = createWorld(flow([foreach("each", { ordered: true })]), answers);
  expect(strict.start().ended?.error?.message).toBe("items wait for each other: a → b → a");
  expect(strict.asked("startChild")).toEqual([]);
  const lenient = createWorld(
    flow([foreach("each", { ordered: true, onCycle: "warn" }), when("each.foreach_stalled", [call("tell")])]),
    answers,
  );
  expect(lenient.start().ended?.status).toBe("completed");
  expect(lenient.stepLines()).toEqual(["each#1 completed", "tell#1 completed"]);
});

test("an item that waits for one outside the list stalls the step even when others failed", () => {
  const world = createWorld(flow([foreach("each", { ordered: true })]), {
    items: { each: abc },
    dependencies: [["zzz", "b"]],
    children: { work: [failedChild] },
  });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.steps.get("b.0#1")?.markers).toEqual(["foreach_stalled"]);
});

test("a cancel cancels the children, waits for them, and starts no more", () => {
  const world = createWorld(flow([foreach("each", { maxParallel: 2 })]), {
    items: { each: abc },
    children: { work: [hangs] },
  });
  world.start();
  expect(world.cancel("no budget").commands.map((command) => "reason" in command && command.reason)).toEqual([
    "no budget",
    "no budget",
  ]);
  world.childEnds("child:b.0:1:a", "b.0", childResult());
  expect(world.childEnds("child:b.0:1:b", "b.0", childResult({ status: "cancelled" })).ended?.status).toBe(
    "cancelled",
  );
  expect(world.stepLines()).toEqual(["each#1 cancelled"]);
  expect(world.state().items).toEqual({});
});

test.each([
  ["the end of a child", { type: "childFinished", childId: "child:b.0:1:a", result: childResult() }],
  ["a failed child that halts", { type: "childFinished", childId: "child:b.0:1:a", result: failedChild }],
] as const)("a cancel together with %s cancels the run: items left over are no stall", (_, event) => {
  const world = createWorld(flow([foreach("each", { maxParallel: 1, onChildFail: "halt" })]), {
    items: { each: abc },
    children: { work: [hangs] },
  });
  world.start();
  const at = world.now();
  const cancel = { type: "cancelRequested", at, reason: "enough", by: "ann" } as const;
  const decision = world.send(cancel, { ...event, at, address: "b.0" });
  expect(decision.ended?.status).toBe("cancelled");
  expect(world.stepLines()).toEqual(["each#1 cancelled"]);
  expect(world.asked("startChild")).toHaveLength(1);
});

test("a cancel together with the list starts no item", () => {
  const world = createWorld(flow([foreach("each")]));
  world.decideOnce([{ type: "started", at: world.now() }]);
  const at = world.now();
  const decision = world.send(
    { type: "cancelRequested", at, reason: "enough", by: "ann" },
    { type: "itemsCollected", address: "b.0", items: abc, dependencies: [] },
  );
  expect(decision.ended?.status).toBe("cancelled");
  expect(world.asked("startChild")).toEqual([]);
});

test("a child that the same call would start and cancel is not started", () => {
  const world = createWorld(flow([foreach("each", { maxParallel: 1 })]), {
    items: { each: abc },
    children: { work: [hangs] },
  });
  world.start();
  const at = world.now();
  const decision = world.decideOnce([
    { type: "childFinished", at, childId: "child:b.0:1:a", address: "b.0", result: childResult() },
    { type: "cancelRequested", at, reason: "no", by: "ann" },
  ]);
  expect(decision.commands).toEqual([]);
  expect(decision.ended?.status).toBe("cancelled");
});

test("a cancel while items are listed stops the listing", () => {
  const world = createWorld(flow([foreach("each")]));
  expect(world.decideOnce([{ type: "started", at: 0 }])).toMatchObject({
    status: "running",
    localWork: true,
  });
  const decision = world.decideOnce([{ type: "cancelRequested", at: 0, reason: "no", by: "ann" }]);
  expect(decision.commands).toEqual([
    { type: "abortAttempt", address: "b.0", attempt: 1, reason: "cancelled" },
  ]);
  expect(decision.ended?.status).toBe("cancelled");
});

test("outputs of items are kept together within the limit of one step", () => {
  const big = childResult({ output: JSON.stringify("x".repeat(limits.stepOutputBytesMax / 2 - 10)) });
  const world = createWorld(flow([foreach("each")]), { items: { each: abc }, children: { work: [big] } });
  expect(world.start().ended?.status).toBe("completed");
  const { items } = JSON.parse(world.steps.get("b.0#1")?.output ?? "{}") as { items: { output: unknown }[] };
  expect(items.map(({ output }) => output)).toEqual([null, null, null]);
});

test("a list too long for one output is left out", () => {
  const items = Array.from({ length: 1_000 }, (_, index) => item(`${"long".repeat(100)}${index}`));
  const world = createWorld(flow([foreach("each", { maxParallel: 1_000 })]), {
    items: { each: items },
    children: { work: [hangs] },
  });
  world.start();
  const at = world.now();
  const { ended } = world.decideOnce(
    items.map(({ id }) => ({
      type: "childFinished",
      at,
      childId: `child:b.0:1:${id}`,
      address: "b.0",
      result: childResult(),
    })),
  );
  expect(ended?.status).toBe("completed");
  expect(world.steps.get("b.0#1")).not.toHaveProperty("output");
});
