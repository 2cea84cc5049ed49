// The same workflow while things go wrong: workers die and freeze, answers and jobs get lost, people answer twice.
import { effect, SimulationFailure, simulate } from "@runfleet/testing";
import { expect, test } from "vitest";
import { chargeWith, type Payments } from "./charge.js";

const file = new URL("./fulfil.wf", import.meta.url);
const order = {
  inputs: { order: "o-7", cents: "120000" },
  actions: { reserve: { markers: ["large"] }, ship: {} },
};

const payments: Payments = {
  charge: ({ order, cents, key }) =>
    effect("charge", { about: { order, cents }, key, result: `receipt of ${order}` }),
};

test("whatever dies, a shipped order was charged once", async () => {
  const report = await simulate(file, {
    ...order,
    seeds: 30,
    config: { actions: [chargeWith(payments)] },
    check: ({ run, effects }) => {
      if (run.status === "completed") expect(effects).toHaveLength(1);
    },
  });
  expect(report.faults.get("dies after a write, before its answer")).toBeGreaterThan(0);
});

test("a service that does not look at the key is found", async () => {
  const forgetful: Payments = {
    charge: ({ order, cents }) =>
      effect("charge", { about: { order, cents }, result: `receipt of ${order}` }),
  };
  const found = await simulate(file, {
    ...order,
    seeds: 200,
    config: { actions: [chargeWith(forgetful)] },
  }).catch((error: unknown) => error);
  expect(found).toBeInstanceOf(SimulationFailure);
  expect(String(found)).toContain(
    'the effect "charge" of step charge (b.2) of run fulfil-order-1 happened twice',
  );
});
