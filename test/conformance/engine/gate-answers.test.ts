// The reference's tests of what becomes of an answer to a gate (group Q), as the engine sees it; what the stores keep
// of answers is in the store's suite.
import { describe, expect, test } from "vitest";
import { call, flow, gate } from "../../support/engine/definitions.js";
import { createWorld } from "../../support/engine/world.js";

const options = { kind: "fixed", values: { a: "Plan A", b: "Plan B" } } as const;

function atGate(more: Parameters<typeof gate>[1] = {}) {
  const world = createWorld(flow([gate("human_review", { options, ...more }), call("next")]));
  world.start();
  return world;
}

describe("what an answer does", () => {
  test("T-GAPP-01 a gate nobody has answered waits", () => {
    const world = atGate();
    expect(world.decision()).toMatchObject({
      status: "waiting",
      blockedOn: [{ type: "gate", address: "b.0" }],
    });
    expect(world.steps.get("b.0#1")?.status).toBe("waiting");
  });

  test("T-GAPP-02 an approval with feedback passes the gate with that feedback", () => {
    const world = atGate();
    expect(world.approve("b.0", { feedback: "ship it" }).ended?.status).toBe("completed");
    expect(world.facts).toContainEqual({
      ...{ type: "gate.resolved", address: "b.0", name: "human_review", verdict: "approved", by: "ann" },
      feedback: "ship it",
    });
    expect(world.asked("runAction")[0]?.gateFeedback).toBe("ship it");
  });

  test("T-GAPP-03 an approval with selections alone keeps them, in order, and has no feedback", () => {
    const world = atGate();
    world.approve("b.0", { selections: ["b", "a"] });
    const resolved = world.facts.find(({ type }) => type === "gate.resolved");
    expect(resolved).toMatchObject({ verdict: "approved", selections: ["b", "a"] });
    expect(resolved).not.toHaveProperty("feedback");
  });

  test("T-GAPP-04 a rejection with feedback fails the gate with it", () => {
    const world = atGate();
    const { ended } = world.reject("b.0", "not like this");
    expect(ended).toMatchObject({ status: "failed", error: { message: "not like this" } });
    expect(world.facts).toContainEqual(
      expect.objectContaining({ type: "gate.resolved", verdict: "rejected", feedback: "not like this" }),
    );
  });

  test("T-GAPP-05 a rejection without feedback has none, and says who rejected", () => {
    const world = atGate();
    expect(world.reject("b.0").ended?.error?.message).toBe("gate 'human_review' was rejected by ann");
    const resolved = world.facts.find(({ type }) => type === "gate.resolved");
    expect(resolved).toMatchObject({ verdict: "rejected", by: "ann" });
    expect(resolved).not.toHaveProperty("feedback");
  });

  test("T-GAPP-06 selections are handed on as text, every one of them", () => {
    const world = atGate();
    world.approve("b.0", { selections: ["a", "b"] });
    expect(world.asked("runAction")[0]?.variables["gate_feedback"]).toBe("a, b");
  });

  test("T-GAPP-07 an empty list of selections hands on nothing", () => {
    const world = atGate();
    world.approve("b.0", { selections: [] });
    expect(world.asked("runAction")[0]?.variables).not.toHaveProperty("gate_feedback");
    expect(world.facts.find(({ type }) => type === "gate.resolved")).not.toHaveProperty("selections");
  });
});

describe("what an answer must not do", () => {
  test("gap Q: a selection that is no option refuses the answer and the gate can be answered again", () => {
    const world = atGate();
    expect(world.approve("b.0", { selections: ["a", "c"] })).toMatchObject({
      status: "waiting",
      gatesOpened: [{ address: "b.0" }],
    });
    expect(world.facts.at(-1)).toMatchObject({ type: "event.ignored", event: "gateAnswered" });
    expect(world.approve("b.0", { selections: ["a"] }).ended?.status).toBe("completed");
  });

  test("gap Q: a second answer that came before the first was read changes nothing", () => {
    const world = atGate();
    const answer = { type: "gateAnswered", at: world.now(), address: "b.0", by: "ann" } as const;
    world.send({ ...answer, verdict: "approved" }, { ...answer, verdict: "rejected", by: "bob" });
    expect(world.decision()?.ended?.status).toBe("completed");
    const told = world.facts.filter(({ type }) => type === "gate.resolved" || type === "event.ignored");
    expect(told).toMatchObject([{ verdict: "approved", by: "ann" }, { event: "gateAnswered" }]);
  });

  test("gap Q: an answer after the time was over comes too late", () => {
    const world = atGate({ timeoutMs: 1_000 });
    expect(world.advance(1_000).ended?.error?.code).toBe("gate_timed_out");
    world.approve("b.0");
    expect(world.decision()?.ended?.status).toBe("failed");
    expect(world.facts.at(-1)).toMatchObject({ type: "event.ignored", event: "gateAnswered" });
  });
});
