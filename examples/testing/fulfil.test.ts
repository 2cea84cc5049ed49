// The workflow of this folder, tried in memory: days pass in milliseconds.
import { effect, scripted, testFleet } from "@runfleet/testing";
import { expect, test } from "vitest";
import { chargeWith, type Payments } from "./charge.js";

const file = new URL("./fulfil.wf", import.meta.url);

const payments: Payments = {
  charge: ({ order, cents, key }) =>
    effect("charge", { about: { order, cents }, key, result: `receipt of ${order}` }),
};

test("a large order waits for a person and goes on after three days", async () => {
  const fleet = await testFleet({
    workflows: [file],
    config: { actions: [chargeWith(payments)] },
    actions: {
      reserve: { markers: ["large"] },
      ship: ({ input: { order } }) => ({ context: `parcel for ${order}` }),
    },
  });
  const run = await fleet.start("fulfil-order", { inputs: { order: "o-7", cents: "120000" } });
  const gate = await run.untilGate("human_approval");
  expect(gate.prompt).toBe("Order o-7 for 120000 cents?");
  await fleet.advance("3 days");
  await run.approve("human_approval", { by: "ann" });
  const { status, steps } = await run.result();
  expect(status).toBe("completed");
  expect(steps.at(-1)?.context).toBe("parcel for o-7");
  expect(fleet.effects).toMatchObject([{ name: "charge", about: { order: "o-7", cents: 120_000 } }]);
});

test("a card that is refused twice is charged two hours later", async () => {
  const fleet = await testFleet({
    workflows: [file],
    actions: {
      reserve: {},
      charge: scripted([new Error("refused"), new Error("refused"), { markers: ["charged"] }]),
      ship: {},
    },
  });
  const begun = fleet.now();
  const run = await fleet.start("fulfil-order", { inputs: { order: "o-8", cents: "900" } });
  expect(await run.result()).toMatchObject({ status: "completed" });
  expect(fleet.now() - begun).toBeGreaterThanOrEqual(2 * 3_600_000);
  expect(fleet.calls.map(({ action }) => action)).toEqual(["reserve", "charge", "charge", "charge", "ship"]);
  expect((await run.history()).map(({ type }) => type)).toContain("step.retrying");
});
