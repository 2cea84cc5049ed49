/**
 * Random runs on a fleet that crashes, duplicates, delays and reorders. Where the end does not depend on time, it
 * must be the same in any weather; everything else that is checked must hold for every run.
 * RUNFLEET_SIM_SEEDS says how many seeds, RUNFLEET_SIM_SEED runs one.
 */
import { expect, test } from "vitest";
import { createRandom } from "../../packages/testing/src/simulated/random.js";
import { runInfo } from "../support/engine/world.js";
import { type Faults, type History, type Simulation, simulate } from "./fleet.js";
import { randomFlow } from "./random-flow.js";

const single = process.env["RUNFLEET_SIM_SEED"];
const count = Number(process.env["RUNFLEET_SIM_SEEDS"] ?? "200");
const seeds =
  single === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(single)];

const none: Faults = { crash: 0, duplicate: 0, park: 0, retries: 0 };

/** One seed decides about definition, faults and time. */
function wild(seed: number): History {
  const random = createRandom(seed);
  const definition = randomFlow(random, { calm: false });
  const cancel = random.chance(0.3) ? { cancelAfterMs: random.below(400_000) } : {};
  const timeout = random.chance(0.2) ? { timeoutMs: 60_000 + random.below(400_000) } : {};
  const run = runInfo({
    inputs: { go: random.pick(["true", "false"]) },
    failFast: random.chance(0.8),
    ...timeout,
  });
  const faults = { crash: 0.1, duplicate: 0.3, park: 0.3, retries: random.below(3), ...cancel };
  return simulate({ definition, run, random, faults });
}

/** A definition whose end does not depend on when something happens. */
function calmRun(seed: number): Pick<Simulation, "definition" | "run"> {
  const random = createRandom(seed);
  const definition = randomFlow(random, { calm: true });
  const run = runInfo({ inputs: { go: random.pick(["true", "false"]) }, failFast: random.chance(0.8) });
  return { definition, run };
}

/** The same definition and answers under two kinds of weather. */
function calm(seed: number, faults: Faults): History {
  return simulate({ ...calmRun(seed), random: createRandom(seed + faults.crash * 1_000), faults });
}

function countOf(history: History, type: string): number {
  return history.facts.filter((fact) => fact.type === type).length;
}

function alwaysStarts(history: History): string[] {
  return history.facts.flatMap((fact) =>
    fact.type === "step.started" && fact.address.startsWith("a") ? [`${fact.address}#${fact.attempt}`] : [],
  );
}

function endings(history: History): string[] {
  return [...history.steps.entries()].map(([key, { status }]) => `${key} ${status}`).sort();
}

test("every run ends once, records each result once and cleans up once", () => {
  for (const seed of seeds) {
    const history = wild(seed);
    const ends =
      countOf(history, "run.completed") + countOf(history, "run.failed") + countOf(history, "run.cancelled");
    expect(ends, `ends of seed ${seed}`).toBe(1 + countOf(history, "run.retried"));
    expect(countOf(history, "run.started"), `starts of seed ${seed}`).toBe(1);
    const starts = alwaysStarts(history);
    expect(new Set(starts).size, `cleanups of seed ${seed}`).toBe(starts.length);
    const open = [...history.steps].filter(([, { status }]) => status === "running" || status === "waiting");
    expect(open, `open steps of seed ${seed}`).toEqual([]);
  }
});

test("the same seed gives the same history", () => {
  for (const seed of seeds.slice(0, 50))
    expect(wild(seed).transcript, `seed ${seed}`).toBe(wild(seed).transcript);
});

test("crashes, duplicates and delays change nothing about how a run ends", () => {
  for (const seed of seeds) {
    const quiet = calm(seed, none);
    const stormy = calm(seed, { crash: 0.2, duplicate: 0.5, park: 0.5, retries: 0 });
    expect(stormy.status, `status of seed ${seed}`).toBe(quiet.status);
    expect(endings(stormy), `steps of seed ${seed}`).toEqual(endings(quiet));
  }
});

test("the simulation was really rough", () => {
  const histories = seeds.slice(0, 50).map(wild);
  const sum = (members: (history: History) => number) =>
    histories.reduce((total, history) => total + members(history), 0);
  expect(sum(({ crashes }) => crashes)).toBeGreaterThan(histories.length / 4);
  expect(sum((history) => countOf(history, "event.ignored"))).toBeGreaterThan(0);
  expect(sum((history) => countOf(history, "step.timed_out"))).toBeGreaterThan(0);
  expect(sum(({ givenUp }) => givenUp)).toBeGreaterThan(0);
});
