/**
 * A reference to a published workflow that knows its inputs and what its steps put out, so that the compiler checks a start.
 * At run time it is its name and nothing else; what is published under the name decides.
 */
import { type RunDocument, RunfleetError } from "@runfleet/model";
import type { InputValue, ScheduleOptions, StartEntry, StartOptions } from "./client-options.js";

/** Names a type that exists for the compiler only. */
declare const types: unique symbol;

/**
 * `Inputs`: an object type, an optional member for each input that may be left out. `Outputs`: the structured output of
 * each step, by the step's name.
 */
export interface WorkflowRef<Inputs, Outputs = Readonly<Record<string, unknown>>> {
  readonly name: string;
  readonly [types]?: { readonly inputs: Inputs; readonly outputs: Outputs };
}

/** Any inputs a workflow can have. */
export type InputsOf<Inputs> = { readonly [Name in keyof Inputs]: InputValue | undefined };

/** Inputs must be given when one of them must. */
type Given<Inputs> =
  Record<never, never> extends Inputs ? { readonly inputs?: Inputs } : { readonly inputs: Inputs };

export type TypedStartOptions<Inputs> = Omit<StartOptions, "inputs"> & Given<Inputs>;

/** What follows the reference in a call of `start`. */
export type StartArguments<Inputs> =
  Record<never, never> extends Inputs
    ? readonly [options?: TypedStartOptions<Inputs>]
    : readonly [options: TypedStartOptions<Inputs>];

export type TypedScheduleOptions<Inputs> = Omit<ScheduleOptions, "workflow" | "inputs"> & {
  readonly workflow: WorkflowRef<Inputs, unknown>;
} & Given<Inputs>;

/** `runfleet types` writes these calls from workflow files. Throws `invalid_usage` for an empty name. */
export function workflowRef<
  Inputs extends InputsOf<Inputs> = Readonly<Record<string, InputValue>>,
  Outputs = Readonly<Record<string, unknown>>,
>(name: string): WorkflowRef<Inputs, Outputs> {
  if (typeof name === "string" && name !== "") return { name };
  throw new RunfleetError(
    "invalid_usage",
    "workflowRef: the name of a workflow must be a text that is not empty",
  );
}

/** A checked entry for `startMany`, whose entries may be of different workflows. */
export function startEntry<Inputs>(
  workflow: WorkflowRef<Inputs, unknown>,
  ...[options]: StartArguments<Inputs>
): StartEntry {
  return { ...(options as StartOptions | undefined), workflow: workflow.name };
}

/**
 * The structured output of each step of a run by the step's name; of a step that ran several times the last one. A step that
 * did not run, failed, or put nothing out is absent. The types are those of the reference: nothing is checked but the name of
 * the workflow; throws `invalid_usage` for a run of another one.
 */
export function outputsOf<Outputs>(
  workflow: WorkflowRef<unknown, Outputs>,
  run: RunDocument,
): Partial<Outputs> {
  if (run.workflow !== workflow.name) {
    const message = `outputsOf: run ${run.id} is one of workflow "${run.workflow}", not of "${workflow.name}"`;
    throw new RunfleetError("invalid_usage", message);
  }
  const told = run.steps.filter(({ status, output }) => status === "completed" && output !== null);
  return Object.fromEntries(told.map(({ name, output }) => [name, output])) as Partial<Outputs>;
}

/** What both a name and a reference stand for. */
export function nameOf(workflow: string | WorkflowRef<unknown, unknown>): string {
  return typeof workflow === "string" ? workflow : workflow.name;
}
