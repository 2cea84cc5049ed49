// The reference's tests of gates (its group P), and what it leaves untested: answers that come through the store while a
// run waits, in runs of a real worker. Quality gates and references are asked of the engine, in the folder beside this one.
import type { GateNode } from "@runfleet/model";
import { expect, test } from "vitest";
import { call, flow, gate, script } from "../../support/engine/definitions.js";
import { gives } from "../../support/worker/actions.js";
import { openMemoryFleet, stepLines } from "../../support/worker/memory-fleet.js";

const show = script("show", { run: "echo [{{gate_feedback}}]" });

/** A run that waits at a gate, with `show` behind it. */
async function waiting(more: Partial<GateNode> = {}) {
  const fleet = await openMemoryFleet({ config: { actions: [gives("plan", { context: "two steps" })] } });
  const { parked, ended } = await fleet.start(
    flow([call("plan"), gate("human_review", { gateType: "human_review", ...more }), show]),
  );
  return { fleet, ended, atGate: await parked() };
}

test("T-GATE-01 a dry run passes a gate without asking anybody", async () => {
  const fleet = await openMemoryFleet();
  const { record, steps, history } = await fleet.run(flow([gate("human_approval")]), { dryRun: true });
  expect(record).toMatchObject({ status: "completed", dryRun: true });
  expect(stepLines(steps)).toEqual(["human_approval#1 completed"]);
  expect(history.map(({ type }) => type)).not.toContain("gate.waiting");
});

test("T-GATE-02 a gate that times out fails the run", async () => {
  const fleet = await openMemoryFleet();
  const { record, steps } = await fleet.run(flow([gate("human_approval", { timeoutMs: 0 }), show]));
  expect(record).toMatchObject({ status: "failed", error: { code: "gate_timed_out" } });
  expect(steps).toMatchObject([{ status: "failed", error: { message: "gate 'human_approval' timed out" } }]);
});

test("T-GATE-03 a gate that times out with on_timeout = continue lets the run go on", async () => {
  const fleet = await openMemoryFleet();
  const node = gate("human_approval", { timeoutMs: 0, onTimeout: "continue" });
  const { record, steps } = await fleet.run(flow([node, show]));
  expect(record.status).toBe("completed");
  expect(stepLines(steps)).toEqual(["human_approval#1 timed_out", "show#1 completed"]);
});

test("gap P: approve through the store while waiting: the run goes on", async () => {
  const { fleet, ended } = await waiting();
  expect(await fleet.answer({ verdict: "approved" })).toBe("accepted");
  const { record, steps, history } = await ended();
  expect(record.status).toBe("completed");
  expect(stepLines(steps)).toEqual(["plan#1 completed", "human_review#1 completed", "show#1 completed"]);
  expect(history.find(({ type }) => type === "gate.resolved")).toMatchObject({
    verdict: "approved",
    by: "ann",
  });
});

test("gap P: reject through the store while waiting: the run fails with the words, even where it goes on after failures", async () => {
  const fleet = await openMemoryFleet();
  const { parked, ended } = await fleet.start(flow([gate("human_approval"), show]), { failFast: false });
  await parked();
  expect(await fleet.answer({ verdict: "rejected", feedback: "not on a Friday" })).toBe("accepted");
  const { record, steps } = await ended();
  expect(record).toMatchObject({
    status: "failed",
    error: { code: "gate_rejected", message: "not on a Friday" },
  });
  expect(stepLines(steps)).toEqual(["human_approval#1 failed"]);
});

test("gap P: feedback variable: later steps see what was said, and the second answer changes nothing", async () => {
  const { fleet, ended } = await waiting();
  await fleet.answer({ verdict: "approved", feedback: "ship it" });
  expect(await fleet.answer({ verdict: "approved", feedback: "wait" })).not.toBe("accepted");
  expect((await ended()).steps.at(-1)?.context).toBe("[ship it]\n");
});

test("gap P: selections: those of the offered options arrive in their order, in front of the feedback", async () => {
  const { fleet, ended } = await waiting({ options: { kind: "fixed", values: { a: "A", b: "B" } } });
  await fleet.answer({ verdict: "approved", selections: ["b", "a"], feedback: "both" });
  expect((await ended()).steps.at(-1)?.context).toBe("[b, a\nboth]\n");
});

test("gap P: external cancel: ends the wait at once, closes the gate and nothing behind it begins", async () => {
  const { fleet, ended } = await waiting();
  await fleet.cancel("RUN");
  const { record, steps } = await ended();
  expect(record.status).toBe("cancelled");
  expect(stepLines(steps)).toEqual(["plan#1 completed", "human_review#1 cancelled"]);
  expect(await fleet.store.openGates({ limit: 10 })).toEqual({ rows: [] });
  expect(await fleet.answer({ verdict: "approved" })).toBe("ended");
});

test("gap P: lease loss while waiting: a run that waits has none to lose, anybody may take it", async () => {
  const { fleet, ended, atGate } = await waiting();
  expect(atGate.record).not.toHaveProperty("owner");
  const acquired = await fleet.leases.acquire("RUN", 1_000);
  if (acquired.tag !== "held") throw new Error("the lease of a waiting run is held");
  await fleet.leases.release(acquired.lease);
  await fleet.answer({ verdict: "approved" });
  const { record } = await ended();
  expect(record.status).toBe("completed");
  expect(record.generation).toBeGreaterThan(atGate.record.generation);
});

test("gap P: waiting status: the run says who is asked what, until when, with values filled in", async () => {
  const options = { kind: "fixed", values: { now: "Ship now" } } as const;
  const prompt = "Plan: {{prior_context}}{{nobody}}. Ship?";
  const { fleet, atGate } = await waiting({ prompt, options, timeoutMs: 3_600_000 });
  const asked = {
    name: "human_review",
    gateType: "human_review",
    prompt: "Plan: two steps. Ship?",
    options: { now: "Ship now" },
  };
  const step = atGate.steps.at(-1);
  expect(step).toMatchObject({ name: "human_review", status: "waiting" });
  const deadline = (step?.startedAt ?? 0) + 3_600_000;
  expect(atGate.record).toMatchObject({
    status: "waiting",
    blockedOn: [{ type: "gate", ...asked, deadline }],
  });
  expect((await fleet.store.openGates({ limit: 10 })).rows).toMatchObject([
    { runId: "RUN", ...asked, deadline },
  ]);
});
