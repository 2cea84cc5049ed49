/** Being a good process: configuration, log, orderly end. Knows nothing about runs. */
export {
  type DeletionCost,
  type DeletionCostOptions,
  type PodPlace,
  publishDeletionCost,
} from "./deletion-cost.js";
export {
  describeEnvironment,
  type Environment,
  environmentDefaults,
  poolNames,
  readEnvironment,
} from "./environment.js";
export { type Health, type HealthOptions, serveHealth } from "./health.js";
export { type LogLevels, levelOf, parseLogLevels, readLogLevels } from "./log-levels.js";
export { createLog, type Logger, type LogOptions, type ProcessLog } from "./logger.js";
export { type MetricsPage, metricsPage } from "./metrics-page.js";
export { createShutdown, type Shutdown, type ShutdownOptions } from "./shutdown.js";
export { startTelemetry, type Telemetry, type TelemetryOptions } from "./telemetry.js";
