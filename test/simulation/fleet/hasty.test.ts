/**
 * Programs full of deadlines, with people who cancel, on a fleet that loses workers without end: nobody can say how they
 * end, and every rule holds all the same.
 */
import { expect, test } from "vitest";
import { createRandom } from "../../../packages/testing/src/simulated/random.js";
import {
  createWeather,
  type FaultKind,
  faultKinds,
  hurricane,
  impatient,
} from "../../../packages/testing/src/simulated/weather.js";
import { randomProgram } from "./programs.js";
import { addCounts, fleetSeeds, patienceMs, simulateTwice } from "./seeds.js";
import type { FleetSimulation } from "./simulate-fleet.js";

const seeds = fleetSeeds(150);

function hasty(seed: number): FleetSimulation {
  const program = randomProgram(createRandom(seed), "hasty");
  const weather = createWeather(createRandom(seed + 7), { climate: hurricane, patience: impatient });
  return { program, seed, weather, cancels: 0.02 };
}

test("no rule is broken, and the simulation was really rough", { timeout: patienceMs(seeds) }, async () => {
  const counts = new Map<FaultKind, number>();
  for (const seed of seeds) addCounts(counts, (await simulateTwice(() => hasty(seed))).counts);
  if (seeds.length < 100) return;
  for (const kind of faultKinds) expect(counts.get(kind) ?? 0, kind).toBeGreaterThan(0);
});
