/**
 * The log of a process: one JSON object per line, so that machines can read it, and lines for people when standard output
 * is a terminal. Each component of the process has a level of its own; secrets are cut out by name.
 * Knows nothing about what is logged.
 */
import type { LogComponent } from "@runfleet/model";
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import { type LogLevels, levelOf } from "./log-levels.js";

export type { Logger } from "pino";

export interface LogOptions {
  /** Name of the process kind: `worker`, `server`. */
  readonly name: string;
  readonly levels: LogLevels;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
  /** Lines for people, with colours or without; default: JSON, but in a terminal. */
  readonly form?: "json" | "plain" | "coloured";
}

/** The log of one component of the process. */
export type ProcessLog = (component: LogComponent) => Logger;

/** Members whose values never reach a log, wherever they are up to two levels deep. */
const secretNames = ["password", "token", "secret", "authorization", "apiKey"];

export async function createLog(options: LogOptions): Promise<ProcessLog> {
  const { name, levels } = options;
  const paths = secretNames.flatMap((secret) => [secret, `*.${secret}`, `*.*.${secret}`]);
  const destination = await destinationOf(options);
  const settings = {
    name,
    level: levels.others,
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths, censor: "[redacted]" },
  };
  const log = destination === undefined ? pino(settings) : pino(settings, destination);
  const parts = new Map<LogComponent, Logger>();
  return (component) => {
    const known = parts.get(component);
    if (known !== undefined) return known;
    const part = log.child({ component }, { level: levelOf(levels, component) });
    parts.set(component, part);
    return part;
  };
}

/** Undefined = pino's own, JSON on standard output. */
async function destinationOf(options: LogOptions): Promise<DestinationStream | undefined> {
  const { destination, form = usualForm() } = options;
  if (form === "json") return destination;
  // Loaded for a terminal only.
  const { prettyFactory } = await import("pino-pretty");
  const pretty = prettyFactory({
    colorize: form === "coloured",
    translateTime: "SYS:HH:MM:ss.l",
    ignore: "pid,hostname,name,component",
    messageFormat: "{component}: {msg}",
  });
  const out = destination ?? process.stdout;
  return { write: (line) => void out.write(pretty(line)) };
}

function usualForm(): "json" | "plain" | "coloured" {
  if (process.stdout.isTTY !== true) return "json";
  return (process.env["NO_COLOR"] ?? "") === "" ? "coloured" : "plain";
}
