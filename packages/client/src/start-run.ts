/**
 * Starts runs: finds the definition, checks everything, creates the run in one script, puts it into the queue.
 * Whatever is refused is refused before anything is written.
 */
import {
  type CreateReply,
  type Definition,
  type NewRun,
  RunfleetError,
  type RunStatus,
  rateFull,
  splitSecrets,
} from "@runfleet/model";
import { completeInputs, textInputs } from "./check-inputs.js";
import { checkName, checkStartOptions } from "./check-start-options.js";
import type { StartOptions } from "./client-options.js";
import type { Connections, StartTarget } from "./connections.js";
import { deliverRuns } from "./deliver.js";
import { letInMore } from "./limit-workflows.js";
import { createTraced, findTarget, type Origin, prepareRun } from "./prepare-run.js";
import { type Asked, askAtOnce, rememberNewest } from "./start-newest.js";

export interface Started {
  readonly id: string;
  readonly status: RunStatus | "expired";
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
  const asked = await askAtOnce(connections, workflow, options);
  if (asked !== undefined) return settle(connections, asked);
  textInputs(options.inputs ?? {});
  const target = await findTarget(connections, workflow);
  const run = prepareRun(connections, target, options);
  const started = await create(connections, run);
  rememberNewest(connections, target, run);
  return started;
}

/** Starts exactly this version. */
export async function startVersion(
  connections: Connections,
  target: StartTarget,
  options: StartOptions,
): Promise<Started> {
  checkStartOptions(options);
  return create(connections, prepareRun(connections, target, options));
}

/**
 * Starts this version for another run or a schedule. Inputs are complete already but for what the version adds, with the
 * values of secrets; `alsoSecret` names the ones that were secret there.
 */
export async function startAgain(
  connections: Connections,
  target: StartTarget,
  {
    origin,
    alsoSecret,
    ...options
  }: StartOptions & { readonly origin: Origin; readonly alsoSecret?: readonly string[] },
): Promise<Started> {
  checkStartOptions(options);
  return create(connections, { ...prepareRun(connections, target, options, alsoSecret), ...origin });
}

/** Checks options against a definition without starting anything, so that a refused start publishes nothing. */
export function checkStart(definition: Definition, options: StartOptions): void {
  checkStartOptions(options);
  splitSecrets(definition, completeInputs(definition, textInputs(options.inputs ?? {})));
}

async function create(connections: Connections, run: NewRun): Promise<Started> {
  return settle(connections, { run, reply: await createTraced(connections, run) });
}

async function settle(connections: Connections, { run, reply, adding }: Asked): Promise<Started> {
  if (reply.tag === "created") {
    await deliverRuns(connections, [{ run, reply, adding }]);
    await letInMore(connections, run.workflow, reply);
  }
  return settleStart(run, reply);
}

/** What the store's answer means to who started. Throws `idempotency_conflict`. */
export function settleStart(run: NewRun, reply: CreateReply): Started {
  switch (reply.tag) {
    case "exists":
      return { id: reply.id, status: reply.status, isRepeat: true };
    case "conflict":
      throw new RunfleetError(
        "idempotency_conflict",
        `the idempotency key ${JSON.stringify(run.idempotencyKey)} belongs to run ${reply.id}, which has another workflow or other inputs, or is another fork`,
        { details: { runId: reply.id } },
      );
    case "parent_gone":
    case "stale":
    case "limited":
      throw new RunfleetError("internal", `run ${run.id} was refused for what it had not: ${reply.tag}`);
    case "rate_full":
      throw rateFull(run);
    case "created":
      return { id: run.id, status: "pending", isRepeat: false };
  }
}
