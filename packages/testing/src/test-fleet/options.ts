/** What a test may ask of a fleet in memory, and the check of it: callers without a compiler learn the same. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { argumentsProblem, type WorkflowSource } from "@runfleet/client";
import { type Definition, RunfleetError } from "@runfleet/model";
import type { AnyAction, WorkerConfig } from "@runfleet/worker";
import { z } from "zod";
import type { ActionScript } from "./scripted.js";

/** A `.wf` file (relative to the current directory, or a URL), a text, or a definition. */
export type WorkflowGiven = string | URL | WorkflowSource | Definition;

export type ActionsGiven = Readonly<Record<string, ActionScript>> | readonly AnyAction[];

export interface TestFleetOptions {
  /** All that is started or called. */
  readonly workflows: readonly WorkflowGiven[];
  /** By name, or a list of actions as workers have them. They go before those of `config`. */
  readonly actions?: ActionsGiven;
  /** A worker's configuration: its actions, gates, items, schemas. Sinks get what `deliver` hands them, and nothing is deleted. */
  readonly config?: WorkerConfig;
  /** The time it is at the beginning. Default: 2027-01-15T08:00:00Z. */
  readonly startAt?: Date | string | number;
  /** Everything that is left to chance follows from it. Default 1. */
  readonly seed?: number;
  /** Default 1. */
  readonly workers?: number;
  /** Real time that actions and scripts may take while the clock stands still, ms. Default 10,000. */
  readonly patienceMs?: number;
}

const text = z.string();
const callable = z.custom<unknown>((value) => typeof value === "function", {
  params: { expected: "function" },
});
const url = z.instanceof(URL);
const definition = z.looseObject({ name: text, body: z.array(z.unknown()) });
export const workflowShape = z.union([
  text,
  url,
  z.strictObject({ source: text, file: text.optional() }),
  definition,
]);
const action = z.looseObject({ name: text, run: callable });
export const actionsShape = z.union([
  z.array(action),
  z.record(text, z.union([callable, z.looseObject({})])),
]);
export const commonShapes = {
  config: z.looseObject({}).optional(),
  startAt: z.union([text, z.number(), z.date()]).optional(),
  patienceMs: z.number().positive().optional(),
  workers: z.number().int().min(1).max(100).optional(),
};
const shape = z.strictObject({
  workflows: z.array(workflowShape).min(1, "a list with at least one workflow"),
  actions: actionsShape.optional(),
  seed: z.number().optional(),
  ...commonShapes,
});

/** Throws `invalid_usage` for what is no options of a test fleet. */
export function checkFleetOptions(options: unknown): asserts options is TestFleetOptions {
  const problem = argumentsProblem("testFleet", [{ name: "options", shape }], [options]);
  if (problem !== undefined) throw new RunfleetError("invalid_usage", problem);
}

/** As the client takes it. Throws `invalid_usage` for a file that cannot be read. */
export function readWorkflow(given: WorkflowGiven): WorkflowSource | Definition {
  if (typeof given !== "string" && !(given instanceof URL)) return given;
  const file = given instanceof URL ? fileURLToPath(given) : given;
  try {
    return { source: readFileSync(file, "utf8"), file };
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): RunfleetError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RunfleetError(
    "invalid_usage",
    `the workflow file ${file} cannot be read (${why}); a path is relative to ${process.cwd()}`,
    { cause },
  );
}

const defaultStart = Date.UTC(2027, 0, 15, 8);

/** Epoch ms. */
export function startTime(startAt: TestFleetOptions["startAt"]): number {
  const at = startAt === undefined ? defaultStart : new Date(startAt).getTime();
  if (Number.isFinite(at)) return at;
  throw new RunfleetError("invalid_usage", `startAt: ${JSON.stringify(startAt)} is no time`);
}
