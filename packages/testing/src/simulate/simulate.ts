/**
 * Tries a run again and again while things go wrong: workers die before and after each request, freeze, lose answers; jobs
 * and wake-ups get lost, people answer late and twice. Each seed is another story, and the same one every time. Finds
 * effects that happen twice or never, runs that do not end, and whatever the test's own check finds.
 */
import { createHash } from "node:crypto";
import type { WorkflowSource } from "@runfleet/client";
import { type Definition, isRunfleetError } from "@runfleet/model";
import { createRandom } from "../simulated/random.js";
import {
  createWeather,
  type FaultKind,
  noFaults,
  patient,
  storm,
  type Weather,
} from "../simulated/weather.js";
import { type OpenFleet, openFleet } from "../test-fleet/open-fleet.js";
import { readWorkflow, startTime, type WorkflowGiven } from "../test-fleet/options.js";
import { inFleet } from "../test-fleet/test-fleet.js";
import { SimulationFailure } from "./failure.js";
import { answerUntilEnd } from "./people.js";
import { checkSimulateArguments, type SimulateOptions } from "./simulate-options.js";

export interface SimulationReport {
  /** How many were tried; the one in which nothing goes wrong is not counted. */
  readonly seeds: number;
  /** What went wrong, and how often, in all of them together. */
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** Equal for two simulations in which the same happened. */
  readonly traceHash: string;
}

/** More deaths and cuts than the storm of long programs has: runs of users are short. */
const climate = {
  ...storm,
  "dies before a write arrives": 0.02,
  "dies after a write, before its answer": 0.03,
  "answer lost": 0.02,
  "frozen beyond the lease": 0.15,
} as const;
/** Requests about runs. */
const chancesAt: Readonly<Record<string, number>> = {
  ...{ activate: 1, commit: 3, park: 3, release: 1, finish: 3 },
  ...{ createRun: 1, appendEvent: 1, outboxDone: 1, add: 1, wake: 1, settle: 1 },
};
const effectChances = 6;
/** By then sweepers have found what was lost and leases of the dead have run out. */
const disturbed = { quietMs: 45_000, leaseTtlMs: 10_000, sweepMs: 5_000 };
/** What a frozen worker still does comes after the end of its run. */
const aftermathMs = 40_000;
const horizonMs = 366 * 86_400_000;
const defaultSeeds = 100;
const defaultPatienceMs = 10_000;

interface Story {
  readonly violations: readonly string[];
  readonly fleet: OpenFleet;
  readonly weather: Weather;
  readonly cause?: unknown;
}

/** `simulate`. */
export async function runSimulation<World>(
  workflow: WorkflowGiven,
  options: SimulateOptions<World>,
): Promise<SimulationReport> {
  checkSimulateArguments(workflow, options);
  const workflows = [workflow, ...(options.workflows ?? [])].map(readWorkflow);
  const faults = new Map<FaultKind, number>();
  const hash = createHash("sha256");
  const seeds = seedsOf(options);
  for (const seed of seeds) {
    const story = await tell(workflows, { ...options, seed });
    if (story.violations.length > 0) {
      const again = await tell(workflows, { ...options, seed });
      const isRepeatable = again.fleet.chronicle.hash() === story.fleet.chronicle.hash();
      const { violations, weather, cause } = story;
      const { lines } = story.fleet.chronicle;
      throw new SimulationFailure({ seed, violations, faults: weather.counts, lines, isRepeatable, cause });
    }
    for (const [kind, count] of story.weather.counts) faults.set(kind, (faults.get(kind) ?? 0) + count);
    hash.update(story.fleet.chronicle.hash());
  }
  return { seeds: seeds.filter((seed) => seed > 0).length, faults, traceHash: hash.digest("hex") };
}

function seedsOf({ seed, seeds = defaultSeeds }: Pick<SimulateOptions, "seed" | "seeds">): readonly number[] {
  return seed === undefined ? Array.from({ length: seeds + 1 }, (_, index) => index) : [seed];
}

async function tell<World>(
  workflows: readonly (WorkflowSource | Definition)[],
  options: SimulateOptions<World> & { readonly seed: number },
): Promise<Story> {
  const { seed, actions = {}, config = {} } = options;
  const world = options.world?.() as World;
  const weather = weatherOf(seed);
  const fleet = await openFleet({
    ...{ workflows, weather, workers: options.workers ?? 2, ...disturbed },
    actions: typeof actions === "function" ? actions(world) : actions,
    config: typeof config === "function" ? config(world) : config,
    ...{ startAt: startTime(options.startAt), patienceMs: options.patienceMs ?? defaultPatienceMs },
  });
  const found = await live(fleet, { ...options, world, weather });
  weather.calmDown();
  await fleet.stop();
  return { fleet, weather, ...found, violations: [...fleet.effects.violations, ...found.violations] };
}

/**
 * What goes wrong shows most where something is made known: at an effect, and at the write that records a result. Nothing
 * is spent on requests that are about no run.
 */
function weatherOf(seed: number): Weather {
  const weather = createWeather(createRandom(seed), {
    climate: seed === 0 ? noFaults : climate,
    patience: { ...patient, cuts: 2 },
  });
  return {
    ...weather,
    strikes(kind, request) {
      if (request === undefined) return weather.strikes(kind);
      const chances = request.startsWith("effect ") ? effectChances : (chancesAt[request] ?? 0);
      return Array.from({ length: chances }).some(() => weather.strikes(kind, request));
    },
  };
}

/** One run from its start to its end, and what is wrong with it. */
async function live<World>(
  fleet: OpenFleet,
  options: Omit<SimulateOptions<World>, "world"> & {
    readonly seed: number;
    readonly world: World;
    readonly weather: Weather;
  },
): Promise<Pick<Story, "violations" | "cause">> {
  const { seed, world, weather, inputs = {}, gates, result } = options;
  const { client, clockwork, redis } = fleet;
  const [name = ""] = fleet.published;
  const { id } = await client.start(name, { inputs });
  const people = { fleet, weather, random: createRandom(seed + 7), lastAt: redis.time.now() + horizonMs };
  try {
    const status = await answerUntilEnd(id, {
      ...people,
      ...(gates === undefined ? {} : { gates }),
      ...(result === undefined ? {} : { result }),
    });
    if (status === undefined) return { violations: [`run ${id} has not ended within a year`] };
    if (weather.counts.size > 0)
      await clockwork.until({ isOver: () => false, lastAt: redis.time.now() + aftermathMs });
  } catch (error) {
    if (!isRunfleetError(error) || error.code !== "timeout") throw error;
    return { violations: [error.message], cause: error };
  }
  const { happened: effects } = fleet.effects;
  try {
    await options.check?.({ run: await client.get(id), world, effects, fleet: inFleet(fleet), seed });
  } catch (error) {
    return { violations: [`check: ${error instanceof Error ? error.message : String(error)}`], cause: error };
  }
  return { violations: [] };
}
