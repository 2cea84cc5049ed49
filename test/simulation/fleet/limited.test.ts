/**
 * A storm over a fleet in which only so many runs of each workflow may be worked on at once: never more have a permit, every
 * permit is given back, whoever dies with it, and the runs end as they do without limits.
 */
import { expect, test } from "vitest";
import { createRandom } from "../../../packages/testing/src/simulated/random.js";
import { createWeather, noFaults, patient, storm } from "../../../packages/testing/src/simulated/weather.js";
import { randomProgram } from "./programs.js";
import { fleetSeeds, hint, patienceMs, simulateTwice } from "./seeds.js";
import { type FleetSimulation, simulateFleet } from "./simulate-fleet.js";

const seeds = fleetSeeds(24);

function under(seed: number, limits: Pick<FleetSimulation, "limit">): FleetSimulation {
  const climate = limits.limit === undefined ? noFaults : storm;
  const program = randomProgram(createRandom(seed), "steady");
  const weather = createWeather(createRandom(seed + 7), { climate, patience: patient });
  return { program, seed, weather, ...limits };
}

test("a storm makes no permit twice and loses none, and nobody waits in line for ever", {
  timeout: patienceMs(seeds),
}, async () => {
  let inLine = 0;
  for (const seed of seeds) {
    const quiet = await simulateFleet(under(seed, {}));
    const limited = await simulateTwice(() => under(seed, { limit: 1 }));
    expect(limited.violations, hint(seed)).toEqual([]);
    expect(Object.fromEntries(limited.results), hint(seed)).toEqual(Object.fromEntries(quiet.results));
    inLine += limited.inLine > 0 ? 1 : 0;
  }
  if (seeds.length >= 24) expect(inLine, "programs with a line").toBeGreaterThan(2);
});
