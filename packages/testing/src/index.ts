/**
 * What this package offers: a fleet in memory with a clock that jumps, for tests of workflows; and an embedded Redis, with
 * how its owner is recognised across restarts.
 */

export { isStillRunning, markProcess, type ProcessMark } from "./embedded-redis/process-mark.js";
export {
  type EmbeddedRedis,
  type EmbeddedRedisKind,
  type EmbeddedRedisOptions,
  probeRedis,
  startEmbeddedRedis,
} from "./embedded-redis.js";
export { simulate, testFleet } from "./in-memory.js";
export { SimulationFailure } from "./simulate/failure.js";
export type { SimulationReport } from "./simulate/simulate.js";
export type { GateSaid, Simulated, SimulateOptions } from "./simulate/simulate-options.js";
export type { Duration } from "./test-fleet/duration.js";
export type { RecordedEffect } from "./test-fleet/effects.js";
export { type EffectOptions, effect, pause } from "./test-fleet/in-action.js";
export type { ActionCall } from "./test-fleet/open-fleet.js";
export type { ActionsGiven, TestFleetOptions, WorkflowGiven } from "./test-fleet/options.js";
export {
  type ActionFunction,
  type ActionScript,
  type Scripted,
  type ScriptedCall,
  scripted,
} from "./test-fleet/scripted.js";
export type { TestFleet } from "./test-fleet/test-fleet.js";
export type { StartedTestRun, TestRun, WaitingGate } from "./test-fleet/test-run.js";
export { startTestRedis, type TestRedis, type TestRedisOptions } from "./test-redis.js";
