/**
 * Which seeds a suite of the fleet's simulation goes through, and what a failed one says. RUNFLEET_SIM_SEEDS asks for
 * another number of them, RUNFLEET_SIM_SEED for one alone, whose transcript is printed.
 */
import { expect } from "vitest";
import type { FaultKind } from "../../../packages/testing/src/simulated/weather.js";
import { type FleetHistory, type FleetSimulation, simulateFleet } from "./simulate-fleet.js";

const single = process.env["RUNFLEET_SIM_SEED"];

export function fleetSeeds(count: number): readonly number[] {
  const wanted = Number(process.env["RUNFLEET_SIM_SEEDS"] ?? count);
  return single === undefined ? Array.from({ length: wanted }, (_, index) => index + 1) : [Number(single)];
}

/** More than a busy machine needs, so that only a simulation that hangs runs into it. */
export function patienceMs(seeds: readonly number[]): number {
  return 30_000 + seeds.length * 2_000;
}

/** Runs it twice, compares byte by byte, and demands that nothing was wrong. */
export async function simulateTwice(make: () => FleetSimulation): Promise<FleetHistory> {
  const simulation = make();
  const history = await simulateFleet(simulation);
  const again = await simulateFleet(make());
  if (single !== undefined) process.stdout.write(`${history.transcript}\n`);
  const { seed } = simulation;
  expect(history.violations, hint(seed)).toEqual([]);
  expect(again.transcript === history.transcript, `the same twice: ${hint(seed)}`).toBe(true);
  return history;
}

export function hint(seed: number): string {
  return `seed ${seed}; repeat it with: npm run sim -- --seed ${seed}`;
}

export function addCounts(sum: Map<FaultKind, number>, counts: ReadonlyMap<FaultKind, number>): void {
  for (const [kind, count] of counts) sum.set(kind, (sum.get(kind) ?? 0) + count);
}
