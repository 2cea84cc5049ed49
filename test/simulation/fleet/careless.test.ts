/**
 * Runs with many actions that take effect at most once, in a storm: they do. And the negative control: when they do not say
 * so, the same simulation must find effects that happened twice.
 */
import { expect, test } from "vitest";
import { createRandom } from "../../../packages/testing/src/simulated/random.js";
import { createWeather, patient, storm } from "../../../packages/testing/src/simulated/weather.js";
import { call, flow } from "../../support/engine/definitions.js";
import { onceNames } from "./actions.js";
import type { Program } from "./programs.js";
import { type FleetSimulation, simulateFleet } from "./simulate-fleet.js";

const { probing, asking } = onceNames;
const steps = Array.from({ length: 12 }, (_, index) =>
  call(index % 2 === 0 ? probing : asking, { retries: 3 }),
);
const program: Program = {
  temper: "steady",
  definitions: [flow(steps, { name: "once", always: [call("clean")] })],
  roots: ["root-1", "root-2", "root-3"].map((id) => ({ id, workflow: "once", startsAfterMs: 0 })),
  windows: new Map(),
};

async function harmIn(more: Pick<FleetSimulation, "isCareless">): Promise<readonly string[]> {
  const harm: string[] = [];
  for (let seed = 1; seed <= 30; seed += 1) {
    const weather = createWeather(createRandom(seed), { climate: storm, patience: patient });
    harm.push(...(await simulateFleet({ program, seed, weather, ...more })).violations);
  }
  return harm;
}

test("what takes effect at most once does; what does not say so takes it twice", {
  timeout: 120_000,
}, async () => {
  expect(await harmIn({})).toEqual([]);
  const harm = await harmIn({ isCareless: true });
  expect(harm.filter((what) => what.includes("took effect at attempt")).length).toBeGreaterThan(3);
});
