/**
 * The negative control: with the fence switched off between ledger and store, the same simulation must find that results
 * are recorded twice or that runs are torn. Otherwise it would prove nothing with the fence on.
 */
import type { Commit, Fence, RunStore } from "@runfleet/model";
import { expect, test } from "vitest";
import { createRandom } from "../../../packages/testing/src/simulated/random.js";
import { createWeather, patient, storm } from "../../../packages/testing/src/simulated/weather.js";
import type { Ledger } from "./ledger.js";
import { randomProgram } from "./programs.js";
import { simulateFleet } from "./simulate-fleet.js";

const seeds = Array.from({ length: 120 }, (_, index) => index + 1);

/** Every writer passes for the owner, and what it builds on is not asked. */
function unfenced(store: RunStore, ledger: Ledger): RunStore {
  const passing = (fence: Fence): Fence => ledger.ownerOf(fence.runId) ?? fence;
  const owned = <T extends Commit>({ after: _after, ...write }: T) => ({
    ...write,
    fence: passing(write.fence),
  });
  return {
    ...store,
    commit: (commit) => store.commit(owned(commit)),
    park: (park) => store.park(owned(park)),
    release: (commit) => store.release(owned(commit)),
    finish: (finish) => store.finish(owned(finish)),
    heartbeat: (fence) => store.heartbeat(passing(fence)),
  };
}

test("without the fence former owners are seen to do harm", { timeout: 120_000 }, async () => {
  const harm: string[] = [];
  for (const seed of seeds) {
    const program = randomProgram(createRandom(seed), "steady");
    const weather = createWeather(createRandom(seed + 7), { climate: storm, patience: patient });
    const { violations } = await simulateFleet({ program, seed, weather, guard: unfenced });
    harm.push(...violations);
  }
  expect(harm.filter((what) => what.includes("took effect")).length).toBeGreaterThan(0);
  expect(harm.filter((what) => what.includes("is recorded again")).length).toBeGreaterThan(0);
});
