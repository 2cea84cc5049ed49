/** Being a good process: configuration, log, orderly end. Knows nothing about runs. */
export {
  type Environment,
  environmentDefaults,
  type LogLevel,
  logLevels,
  poolNames,
  readEnvironment,
} from "./environment.js";
export { type Health, type HealthOptions, serveHealth } from "./health.js";
export { createLogger, type Logger, type LoggerOptions } from "./logger.js";
export { createShutdown, type Shutdown, type ShutdownOptions } from "./shutdown.js";
export { startTelemetry, type Telemetry, type TelemetryOptions } from "./telemetry.js";
