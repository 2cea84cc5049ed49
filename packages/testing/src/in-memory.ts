/**
 * The ways into a fleet in memory. Client and workers are loaded when one is taken: who only wants an embedded Redis, as
 * the command line does, neither waits for them nor holds them.
 */
import "./simulated/real-time.js";
import type { SimulationReport } from "./simulate/simulate.js";
import type { SimulateOptions } from "./simulate/simulate-options.js";
import type { TestFleetOptions, WorkflowGiven } from "./test-fleet/options.js";
import type { TestFleet } from "./test-fleet/test-fleet.js";

/**
 * Opens a fleet in memory and publishes the workflows. Throws `invalid_usage` for options that are none,
 * `invalid_definition` for workflows.
 */
export async function testFleet(options: TestFleetOptions): Promise<TestFleet> {
  const { openTestFleet } = await import("./test-fleet/test-fleet.js");
  return openTestFleet(options);
}

/**
 * Simulates runs of the workflow. Rejects with a `SimulationFailure` for the first seed that finds something, with
 * `invalid_usage` for options that are none, `invalid_definition` for workflows.
 */
export async function simulate<World = undefined>(
  workflow: WorkflowGiven,
  options: SimulateOptions<World> = {},
): Promise<SimulationReport> {
  const { runSimulation } = await import("./simulate/simulate.js");
  return runSimulation(workflow, options);
}
