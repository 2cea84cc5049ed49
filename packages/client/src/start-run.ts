/**
 * Starts runs: finds the definition, checks everything, creates the run in one script, puts it into the queue.
 * Whatever is refused is refused before anything is written.
 */
import {
  type CreateReply,
  type Definition,
  type NewRun,
  newRootRun,
  RunfleetError,
  type RunStatus,
  rateFull,
  splitSecrets,
} from "@runfleet/model";
import { sealInputs } from "@runfleet/store";
import { traceStart } from "@runfleet/tracing";
import { completeInputs, textInputs } from "./check-inputs.js";
import { checkName, checkStartOptions } from "./check-start-options.js";
import type { StartOptions } from "./client-options.js";
import type { Connections, StartTarget } from "./connections.js";
import { deliverRuns } from "./deliver.js";
import { letInMore } from "./limit-workflows.js";
import { placeRun } from "./place-run.js";

/** More than a producer starts workflows, less than its memory notices. */
const targetsKept = 200;

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
  textInputs(options.inputs ?? {});
  return create(connections, prepareRun(connections, await findTarget(connections, workflow), options));
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

/** The published version. Throws `workflow_not_found`. */
export async function findTarget(connections: Connections, workflow: string): Promise<StartTarget> {
  const published = await connections.store.findWorkflow(workflow);
  const target = published === undefined ? undefined : await readTarget(connections, published.hash);
  if (target === undefined) {
    throw new RunfleetError(
      "workflow_not_found",
      `no workflow is published under the name ${JSON.stringify(workflow)}`,
      {
        details: { workflow },
      },
    );
  }
  return target;
}

/** Definitions are named by their content, so one that was read stays as it is. */
async function readTarget({ store, targets }: Connections, hash: string): Promise<StartTarget | undefined> {
  const known = targets.get(hash);
  if (known !== undefined) return known;
  const json = await store.readDefinition(hash);
  if (json === undefined) return undefined;
  const target = { hash, definition: JSON.parse(json) as Definition };
  if (targets.size >= targetsKept) targets.clear();
  targets.set(hash, target);
  return target;
}

/** What a run has from another one, or from its schedule. */
export type Origin = Pick<NewRun, "rerunOf" | "forkOf" | "kept" | "schedule">;

/** The run that these options ask for; they have been checked. Throws what is wrong with its inputs. */
export function prepareRun(
  { secrets, time, partitions }: Connections,
  target: StartTarget,
  options: StartOptions,
  alsoSecret: readonly string[] = [],
): NewRun {
  const now = time.now();
  const { idempotencyKey } = options;
  const { definition } = target;
  const isLimited = [options, definition].some(
    ({ concurrency, rate }) => (concurrency ?? rate) !== undefined,
  );
  const newId = () => time.newRunId(definition.name);
  const id = placeRun({ idempotencyKey, isLimited, newId }, partitions);
  const given = completeInputs(definition, textInputs(options.inputs ?? {}));
  const { inputs, ...sealed } = sealInputs(secrets, `run ${id}`, { definition, inputs: given, alsoSecret });
  return { ...newRootRun(target, { ...options, inputs }, { id, now }), ...sealed };
}

async function create(connections: Connections, run: NewRun): Promise<Started> {
  const reply = await createTraced(connections, run);
  if (reply.tag === "created") {
    await deliverRuns(connections, [{ run, reply }]);
    await letInMore(connections, run.workflow, reply);
  }
  return settleStart(run, reply);
}

/** Creates the run in a span of its own, when somebody records spans. */
export function createTraced({ store, namespace }: Connections, run: NewRun): Promise<CreateReply> {
  return traceStart(run, { namespace }, (traced) => store.createRun(traced));
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
      throw new RunfleetError("internal", `run ${run.id} has no parent and was refused for its parent`);
    case "rate_full":
      throw rateFull(run);
    case "created":
      return { id: run.id, status: "pending", isRepeat: false };
  }
}
