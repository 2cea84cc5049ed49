/** Sleeps, and what a waiting run tells. */
import { expect, test } from "vitest";
import { call, flow, gate, parallel, sleep, when } from "../../../../test/support/engine/definitions.js";
import { createWorld } from "../../../../test/support/engine/world.js";

test("a sleep ends at its time, wherever the run was meanwhile", () => {
  const world = createWorld(flow([sleep("nap", "{{length}}"), call("plan")]), {
    run: { inputs: { length: "1h30m" } },
  });
  const decision = world.start();
  const until = world.now() + 5_400_000;
  expect(decision).toMatchObject({
    status: "waiting",
    nextDeadlineAt: until,
    blockedOn: [{ type: "sleep", address: "b.0", name: "nap", until }],
  });
  expect(world.advance(5_399_999).ended).toBeUndefined();
  expect(world.advance(1).ended?.status).toBe("completed");
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 nap#1
    run.waiting on=sleep nap until=6400000
    step.completed b.0 nap#1 markers=[]
    step.started b.1 plan#1
    step.completed b.1 plan#1 markers=[]
    metrics.updated
    run.completed"
  `);
});

test("a sleep of nothing does not wait, a sleep of nonsense fails", () => {
  expect(createWorld(flow([sleep("nap", "0s")])).start().ended?.status).toBe("completed");
  expect(createWorld(flow([sleep("nap", "a while")])).start().ended?.error).toMatchObject({
    code: "invalid_input",
  });
});

test("run.waiting is told when the run begins to wait for something else, not at every wake-up", () => {
  const world = createWorld(
    flow([gate("human_approval"), gate("human_review"), when("x", []), parallel([call("a")])]),
  );
  world.start();
  world.activate();
  world.signal("noise");
  world.approve("b.0");
  world.approve("b.1");
  expect(
    world.facts.filter(({ type }) => type === "run.waiting").map((fact) => "on" in fact && fact.on),
  ).toEqual(["gate human_approval", "gate human_review"]);
});
