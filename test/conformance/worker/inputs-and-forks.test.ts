// The reference's tests of what a child run begins with (the rest of its group H; T-INP stands beside `resolveInputs`), and its
// gaps about inputs: a child is a run of its own, which takes over how to work and nothing of what was found out.
import type { Definition, RunInfo } from "@runfleet/model";
import { zeroTotals } from "@runfleet/model";
import { expect, test } from "vitest";
import { call, child, flow, gate, script } from "../../support/engine/definitions.js";
import { gives, throws } from "../../support/worker/actions.js";
import { type MemoryFleet, openMemoryFleet } from "../../support/worker/memory-fleet.js";

const settings = {
  model: "large",
  identity: "bot",
  label: "pr-7",
  pluginDirs: ["plugins"],
  failFast: false,
  stepTimeoutMs: 4_321,
  priority: 3,
} satisfies Partial<RunInfo>;

async function childOf(fleet: MemoryFleet) {
  const { rows } = await fleet.store.listChildren({ runId: "RUN", limit: 10 });
  expect(rows).toHaveLength(1);
  return fleet.remains(rows[0] ?? "");
}

test("T-STATE-01 a child takes over how its parent works, and begins with nothing its parent has found out", async () => {
  const found = gives("find", {
    markers: ["found"],
    context: "from the parent",
    output: { secret: "exported by the parent" },
    usage: { costUsd: 1, turns: 2 },
  });
  const look = throws("look");
  const fleet = await openMemoryFleet({
    config: { actions: [found, look] },
    workflows: [flow([call("look")], { name: "kid" })],
  });
  const { record } = await fleet.run(flow([call("find"), child("kid")], { name: "parent" }), {
    ...settings,
    triggeredByHook: true,
    inputs: { ticket: "T-1" },
  });
  expect(record).toMatchObject({ status: "completed", totals: { costUsd: 1, turns: 2 } });
  const kid = await childOf(fleet);
  expect(kid.record).toMatchObject({ ...settings, parentId: "RUN", rootId: "RUN", depth: 1, inputs: {} });
  expect(kid.record).toMatchObject({ workflow: "kid", triggeredByHook: false, status: "completed" });
  expect({ ...kid.record.totals, durationMs: 0 }).toEqual(zeroTotals());
  expect(kid.steps).toMatchObject([{ address: "b.0", ordinal: 0, attempt: 1 }]);
  const variables = look.told[0]?.variables;
  expect(variables).toMatchObject({ prior_context: "", prior_contexts: "[]" });
  for (const name of ["secret", "ticket", "gate_feedback", "prior_output"])
    expect(variables).not.toHaveProperty(name);
  expect(look.told[0]).toMatchObject({ model: "large", identity: "bot", pluginDirs: ["plugins"] });
});

test("T-STATE-02 a child gets variables of its context, plugins, dry run and the inputs it is given, and tells its own history", async () => {
  const look = throws("look");
  const fleet = await openMemoryFleet({
    config: { actions: [look], runContext: ({ id }) => ({ variables: { checkout: `/checkouts/${id}` } }) },
    workflows: [flow([call("look")], { name: "kid" })],
  });
  const definition = flow([child("kid", { inputs: { pr: "{{pr}}" } })], { name: "parent" });
  const inputs = { pr: "7", other: "stays with the parent" };
  await fleet.run(definition, { inputs, dryRun: true, pluginDirs: ["plugins"], model: "large" });
  const kid = await childOf(fleet);
  expect(kid.record).toMatchObject({
    inputs: { pr: "7" },
    dryRun: true,
    pluginDirs: ["plugins"],
    model: "large",
  });
  expect(look.told[0]).toMatchObject({
    dryRun: true,
    variables: { pr: "7", dry_run: "true", checkout: `/checkouts/${kid.record.id}` },
  });
  expect(kid.history.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["run.started", "step.completed", "run.completed"]),
  );
});

/** A parent that starts `kid` with these inputs. */
const parentOf = (inputs: Record<string, string>): Definition =>
  flow([child("kid", { inputs })], { name: "parent" });

const kidWith = (inputs: Definition["inputs"]): Definition =>
  flow([script("show", { run: "echo {{base}}/{{extra}}" })], { name: "kid", inputs });

test("gap H: required string missing: the run never begins, and whoever starts it hears which one", async () => {
  const fleet = await openMemoryFleet({
    workflows: [kidWith([{ name: "base", type: "string", required: true }])],
  });
  const { record, steps } = await fleet.run(parentOf({ extra: "x" }));
  expect(record.status).toBe("failed");
  expect(steps).toMatchObject([
    {
      name: "kid",
      status: "failed",
      error: { message: expect.stringContaining('workflow "kid" needs input base') },
    },
  ]);
  expect((await fleet.store.listChildren({ runId: "RUN", limit: 10 })).rows).toEqual([]);
});

test("gap H: default for strings: fills what is not given, never what is, however short", async () => {
  const declared = kidWith([{ name: "base", type: "string", required: false, default: "main" }]);
  for (const [given, shown] of [
    [{}, "main/\n"],
    [{ base: "next" }, "next/\n"],
    [{ base: "" }, "/\n"],
  ] as const) {
    const fleet = await openMemoryFleet({ workflows: [declared] });
    await fleet.run(parentOf(given));
    expect((await childOf(fleet)).steps[0]?.context).toBe(shown);
  }
});

test("gap H: extra inputs pass through to the steps", async () => {
  const fleet = await openMemoryFleet({ workflows: [kidWith([])] });
  await fleet.run(parentOf({ extra: "undeclared" }));
  const kid = await childOf(fleet);
  expect(kid.record.inputs).toEqual({ extra: "undeclared" });
  expect(kid.steps[0]?.context).toBe("/undeclared\n");
});

test("a gate's feedback stays with the run that was answered", async () => {
  const look = throws("look");
  const fleet = await openMemoryFleet({
    config: { actions: [look] },
    workflows: [flow([call("look")], { name: "kid" })],
  });
  const definition = flow([gate("human_review"), call("look"), child("kid")], { name: "parent" });
  const { parked, ended } = await fleet.start(definition);
  await parked();
  await fleet.answer({ verdict: "approved", feedback: "ship it" });
  await ended();
  expect(look.told.map(({ gateFeedback }) => gateFeedback)).toEqual(["ship it", undefined]);
});
