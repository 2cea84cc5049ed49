/** What a test may ask of a simulation, and the check of it. */
import { argumentsProblem, type InputValues } from "@runfleet/client";
import { type RunDocument, RunfleetError } from "@runfleet/model";
import type { ActionResult, WorkerConfig } from "@runfleet/worker";
import { z } from "zod";
import type { RecordedEffect } from "../test-fleet/effects.js";
import {
  type ActionsGiven,
  actionsShape,
  commonShapes,
  type TestFleetOptions,
  type WorkflowGiven,
  workflowShape,
} from "../test-fleet/options.js";
import type { TestFleet } from "../test-fleet/test-fleet.js";
import type { WaitingGate } from "../test-fleet/test-run.js";

/** What people say at a gate; `nobody` lets it come to its deadline. Of a signal, the verdict does not count. */
export type GateSaid =
  | "approve"
  | "reject"
  | "nobody"
  | {
      readonly verdict: "approve" | "reject";
      readonly feedback?: string;
      readonly selections?: readonly string[];
    };

/** What is there when the run of a seed has ended. */
export interface Simulated<World> {
  readonly run: RunDocument;
  readonly world: World;
  readonly effects: readonly RecordedEffect[];
  readonly fleet: TestFleet;
  /** 0 = nothing went wrong. */
  readonly seed: number;
}

export interface SimulateOptions<World = undefined>
  extends Pick<TestFleetOptions, "startAt" | "patienceMs" | "workers"> {
  /** How many, from 1. Default 100. Before them the run is tried with nothing going wrong. */
  readonly seeds?: number;
  /** This one alone, to repeat what was found. */
  readonly seed?: number;
  /** Workflows that the simulated one calls. */
  readonly workflows?: readonly WorkflowGiven[];
  readonly inputs?: InputValues;
  /** What lies outside and keeps state: made anew for every seed. */
  readonly world?: () => World;
  readonly actions?: ActionsGiven | ((world: World) => ActionsGiven);
  readonly config?: WorkerConfig | ((world: World) => WorkerConfig);
  /** By the name of the gate. A gate that is not named is approved, its signal sent. */
  readonly gates?: Readonly<Record<string, GateSaid>>;
  /** What a person says about a step in doubt whose effect has happened. Default: an empty result. */
  readonly result?: (step: WaitingGate) => ActionResult<unknown>;
  /** Throws when something is not as it must be whatever went wrong. */
  readonly check?: (outcome: Simulated<World>) => void | Promise<void>;
}

const callable = z.custom<unknown>((value) => typeof value === "function", {
  params: { expected: "function" },
});
const verdict = z.enum(["approve", "reject"]);
const said = z.union([
  z.enum(["approve", "reject", "nobody"]),
  z.strictObject({
    verdict,
    feedback: z.string().optional(),
    selections: z.array(z.string()).optional(),
  }),
]);
const shape = z.strictObject({
  ...commonShapes,
  seeds: z.number().int().min(1).optional(),
  seed: z.number().int().min(0).optional(),
  workflows: z.array(workflowShape).optional(),
  inputs: z.looseObject({}).optional(),
  world: callable.optional(),
  actions: z.union([callable, actionsShape]).optional(),
  config: z.union([callable, z.looseObject({})]).optional(),
  gates: z.record(z.string(), said).optional(),
  result: callable.optional(),
  check: callable.optional(),
});

/** Throws `invalid_usage` for what is no workflow and no options of a simulation. */
export function checkSimulateArguments(workflow: unknown, options: unknown): void {
  const expected = [
    { name: "workflow", shape: workflowShape },
    { name: "options", shape },
  ];
  const problem = argumentsProblem("simulate", expected, [workflow, options]);
  if (problem !== undefined) throw new RunfleetError("invalid_usage", problem);
}
