/**
 * The log of a process: one JSON object per line, so that machines can read it; secrets are cut out by name.
 * Knows nothing about what is logged.
 */
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import type { LogLevel } from "./environment.js";

export type { Logger } from "pino";

export interface LoggerOptions {
  /** Name of the process kind: `worker`, `server`, `dev`. */
  readonly name: string;
  readonly level: LogLevel;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/** Members whose values never reach a log, wherever they are up to two levels deep. */
const secretNames = ["password", "token", "secret", "authorization", "apiKey"];

export function createLogger(options: LoggerOptions): Logger {
  const { name, level, destination } = options;
  const paths = secretNames.flatMap((secret) => [secret, `*.${secret}`, `*.*.${secret}`]);
  const settings = {
    name,
    level,
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths, censor: "[redacted]" },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}
