/**
 * Starts runs: finds the definition, checks everything, creates the run in one script, puts it into the queue.
 * Whatever is refused is refused before anything is written.
 */
import {
  type Definition,
  type NewRun,
  newRootRun,
  queueJobOf,
  RunfleetError,
  type RunStatus,
} from "@runfleet/model";
import { deriveRunId, newRunId } from "@runfleet/store";
import { completeInputs, textInputs } from "./check-inputs.js";
import { checkName, checkStartOptions } from "./check-start-options.js";
import type { StartOptions } from "./client-options.js";
import type { Connections } from "./connections.js";
import { deliverRun } from "./deliver.js";

/** A version of a workflow that is in the store. */
export interface StartTarget {
  readonly hash: string;
  readonly definition: Definition;
}

export interface Started {
  readonly id: string;
  readonly status: RunStatus;
  readonly isRepeat: boolean;
}

/** Starts the published version of `workflow`. */
export async function startByName(
  connections: Connections,
  workflow: string,
  options: StartOptions,
): Promise<Started> {
  checkName("workflow name", workflow);
  checkStartOptions(options);
  const inputs = textInputs(options.inputs ?? {});
  const target = await findTarget(connections, workflow);
  return create(connections, target, { ...options, inputs });
}

/** Starts exactly this version. */
export async function startVersion(
  connections: Connections,
  target: StartTarget,
  options: StartOptions,
): Promise<Started> {
  checkStartOptions(options);
  return create(connections, target, { ...options, inputs: textInputs(options.inputs ?? {}) });
}

/** Starts this version once more for another run. Inputs are complete already but for what the version adds. */
export async function startAgain(
  connections: Connections,
  target: StartTarget,
  { origin, ...options }: StartOptions & { readonly origin: Origin },
): Promise<Started> {
  checkStartOptions(options);
  return create(connections, target, { ...options, inputs: textInputs(options.inputs ?? {}) }, origin);
}

/** Checks options against a definition without starting anything, so that a refused start publishes nothing. */
export function checkStart(definition: Definition, options: StartOptions): void {
  checkStartOptions(options);
  completeInputs(definition, textInputs(options.inputs ?? {}));
}

/** The published version. Throws `workflow_not_found`. */
export async function findTarget({ store }: Connections, workflow: string): Promise<StartTarget> {
  const published = await store.findWorkflow(workflow);
  const json = published === undefined ? undefined : await store.readDefinition(published.hash);
  if (published === undefined || json === undefined) {
    throw new RunfleetError(
      "workflow_not_found",
      `no workflow is published under the name ${JSON.stringify(workflow)}`,
      {
        details: { workflow },
      },
    );
  }
  return { hash: published.hash, definition: JSON.parse(json) as Definition };
}

/** What a run has from another one. */
export type Origin = Pick<NewRun, "rerunOf" | "forkOf" | "kept">;

type CheckedOptions = StartOptions & { readonly inputs: Readonly<Record<string, string>> };

async function create(
  connections: Connections,
  target: StartTarget,
  options: CheckedOptions,
  origin: Origin = {},
): Promise<Started> {
  const now = Date.now();
  const { idempotencyKey } = options;
  const id = idempotencyKey === undefined ? newRunId(now) : deriveRunId(`start ${idempotencyKey}`);
  const inputs = completeInputs(target.definition, options.inputs);
  const run = { ...newRootRun(target, { ...options, inputs }, { id, now }), ...origin };
  const reply = await connections.store.createRun(run);
  switch (reply.tag) {
    case "exists":
      return { id: reply.id, status: reply.status, isRepeat: true };
    case "conflict":
      throw new RunfleetError(
        "idempotency_conflict",
        `the idempotency key ${JSON.stringify(options.idempotencyKey)} belongs to run ${reply.id}, which has another workflow or other inputs`,
        { details: { runId: reply.id } },
      );
    case "parent_gone":
      throw new RunfleetError("internal", `run ${run.id} has no parent and was refused for its parent`);
    case "created":
      await deliverRun(connections, { ...queueJobOf(run, run.delayMs), outboxId: reply.outboxId });
      return { id: run.id, status: "pending", isRepeat: false };
  }
}
