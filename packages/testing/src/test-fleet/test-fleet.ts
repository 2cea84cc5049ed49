/**
 * A fleet in memory for tests of workflows: nothing goes wrong in it, time costs nothing, and everything the SDK offers is
 * there. Nothing happens while nobody waits: `result`, `events`, `untilGate` and `advance` let things happen.
 */
import type { FleetClient, StartOptions } from "@runfleet/client";
import type { EventSink } from "@runfleet/worker";
import { createRandom } from "../simulated/random.js";
import { createWeather, noFaults, patient } from "../simulated/weather.js";
import { deliverTo } from "./deliver-to.js";
import { type Duration, durationMs } from "./duration.js";
import type { RecordedEffect } from "./effects.js";
import { type ActionCall, type OpenFleet, openFleet } from "./open-fleet.js";
import { checkFleetOptions, readWorkflow, startTime, type TestFleetOptions } from "./options.js";
import { inTest, type StartedTestRun, type TestRun } from "./test-run.js";

export interface TestFleet {
  /** The SDK on this fleet, for code that takes a client. Its waits move the clock too. */
  readonly client: FleetClient;
  start(workflow: string, options?: StartOptions): Promise<StartedTestRun>;
  /** A handle on a run that may or may not exist, such as a child. */
  run(runId: string): TestRun;
  /** Lets this much time pass, and everything happen that happens in it. */
  advance(duration: Duration): Promise<void>;
  /** Hands this sink all events it has not had. Rejects with what it rejects with; that page comes again next time. */
  deliver(sink: EventSink): Promise<void>;
  /** The time it is in the fleet, epoch ms. */
  now(): number;
  /** Executions of actions, in order. */
  readonly calls: readonly ActionCall[];
  /** What was said by `effect()`, in order. */
  readonly effects: readonly RecordedEffect[];
  /** What happened in the fleet, line by line. */
  transcript(): string;
  /** Equal for two fleets in which the same happened at the same time. */
  traceHash(): string;
  /** Ends the workers and deletes what scripts have written. Harmless when called twice; nothing else is held open. */
  close(): Promise<void>;
}

const defaultPatienceMs = 10_000;
/** Nothing is lost here and nobody dies, so beats, looks and renewals need not be frequent. */
const undisturbed = { quietMs: 2_000, leaseTtlMs: 600_000, sweepMs: 60_000 };

/** `testFleet`. */
export async function openTestFleet(options: TestFleetOptions): Promise<TestFleet> {
  checkFleetOptions(options);
  const { workflows, actions = {}, config = {}, seed = 1, workers = 1 } = options;
  const fleet = await openFleet({
    ...{ workflows: workflows.map(readWorkflow), actions, config, workers, ...undisturbed },
    ...{ startAt: startTime(options.startAt), patienceMs: options.patienceMs ?? defaultPatienceMs },
    weather: createWeather(createRandom(seed), { climate: noFaults, patience: patient }),
  });
  return inFleet(fleet);
}

/** What a test sees of a fleet. */
export function inFleet(fleet: OpenFleet): TestFleet {
  const { client, clockwork, chronicle, effects, calls, redis } = fleet;
  let closing: Promise<void> | undefined;
  return {
    ...{ client, calls, effects: effects.happened },
    start: async (workflow, options) => inTest(fleet, await client.start(workflow, options)),
    run: (runId) => inTest(fleet, client.run(runId)),
    async advance(duration) {
      const lastAt = redis.time.now() + durationMs(duration, "advance");
      await clockwork.until({ isOver: () => false, lastAt });
    },
    deliver: (sink) => deliverTo(sink, redis),
    now: () => redis.time.now(),
    transcript: () => chronicle.lines.join("\n"),
    traceHash: () => chronicle.hash(),
    close() {
      closing ??= fleet.stop();
      return closing;
    },
  };
}
