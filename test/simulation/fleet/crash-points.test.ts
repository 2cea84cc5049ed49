/**
 * A worker dies at each point where something leaves it, one after the other: before a request arrives, and after it was
 * done and before its answer. Between two requests a worker changes nothing outside itself, so these are all points. Each
 * is tried in one of the two ways, in turn; with RUNFLEET_SIM_SEEDS in both.
 */
import { expect, test } from "vitest";
import { createRandom } from "../../../packages/testing/src/simulated/random.js";
import {
  createOneFault,
  createWeather,
  type FaultKind,
  noFaults,
  patient,
} from "../../../packages/testing/src/simulated/weather.js";
import { block, call, child, flow, foreach, gate, sleep } from "../../support/engine/definitions.js";
import type { Program } from "./programs.js";
import { simulateFleet } from "./simulate-fleet.js";

const always = [call("clean")];
const forgiving = { onFail: { kind: "continue" } as const };

/** Everything that crosses two runs: a child, children of a foreach, a gate, a park, a retry. */
const program: Program = {
  temper: "steady",
  definitions: [
    flow(
      [
        call("a", { retries: 1, ...forgiving }),
        child("leaf", forgiving),
        gate("approval"),
        foreach("each", { workflow: "leaf" }),
      ],
      {
        name: "family",
        always,
      },
    ),
    flow([block([call("b", forgiving), sleep("nap", "3s")])], { name: "leaf", always }),
  ],
  roots: [{ id: "root-2", workflow: "family", startsAfterMs: 0 }],
  windows: new Map([["family", 2]]),
};
const seed = 3;

const step = process.env["RUNFLEET_SIM_SEEDS"] === undefined ? 2 : 1;

test.each([
  ["dies before a write arrives", 1],
  ["dies after a write, before its answer", step],
] as const)(
  "a worker that %s, wherever that is, changes no result",
  { timeout: 300_000 },
  async (kind: FaultKind, first: number) => {
    const good = createWeather(createRandom(seed), { climate: noFaults, patience: patient });
    const quiet = await simulateFleet({ program, seed, weather: good });
    expect(quiet.violations).toEqual([]);
    expect(quiet.results.size).toBeGreaterThan(3);
    let at = first;
    for (; ; at += step) {
      const weather = createOneFault(createRandom(seed), { kind, at });
      const { violations, results } = await simulateFleet({ program, seed, weather });
      if (weather.counts.size === 0) break;
      expect(violations, `${kind} at request ${at}`).toEqual([]);
      expect(Object.fromEntries(results), `${kind} at request ${at}`).toEqual(
        Object.fromEntries(quiet.results),
      );
    }
    expect(at).toBeGreaterThan(60);
  },
);
