/**
 * Programs whose end does not depend on time, in a storm: whatever is lost, doubled, late or dead, they end as in good
 * weather, step by step.
 */
import { expect, test } from "vitest";
import { createRandom } from "../../../packages/testing/src/simulated/random.js";
import {
  type Climate,
  createWeather,
  type FaultKind,
  noFaults,
  patient,
  storm,
} from "../../../packages/testing/src/simulated/weather.js";
import { randomProgram } from "./programs.js";
import { addCounts, fleetSeeds, hint, patienceMs, simulateTwice } from "./seeds.js";
import { type FleetSimulation, simulateFleet } from "./simulate-fleet.js";

const seeds = fleetSeeds(100);

function under(climate: Climate, seed: number): FleetSimulation {
  const program = randomProgram(createRandom(seed), "steady");
  return { program, seed, weather: createWeather(createRandom(seed + 7), { climate, patience: patient }) };
}

test("a storm changes nothing about how runs end, and no rule is broken on the way", {
  timeout: patienceMs(seeds),
}, async () => {
  const counts = new Map<FaultKind, number>();
  const heard = { done: 0, notDone: 0 };
  for (const seed of seeds) {
    const quiet = await simulateFleet(under(noFaults, seed));
    expect(quiet.violations, hint(seed)).toEqual([]);
    const stormy = await simulateTwice(() => under(storm, seed));
    expect(Object.fromEntries(stormy.results), hint(seed)).toEqual(Object.fromEntries(quiet.results));
    addCounts(counts, stormy.counts);
    heard.done += stormy.heard.done;
    heard.notDone += stormy.heard.notDone;
  }
  if (seeds.length < 100) return;
  for (const kind of ["frozen beyond the lease", "dies at any time", "job doubled"] as const) {
    expect(counts.get(kind) ?? 0, kind).toBeGreaterThan(seeds.length / 10);
  }
  expect(Math.min(heard.done, heard.notDone), "effects in doubt").toBeGreaterThan(0);
});
