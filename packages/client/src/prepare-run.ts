/**
 * What a run is made of before it is written: the version of its workflow, its id, its inputs. And the one write that creates
 * it. Queues nothing.
 */
import { type CreateReply, type Definition, type NewRun, newRootRun, RunfleetError } from "@runfleet/model";
import { sealInputs } from "@runfleet/store";
import { traceStart } from "@runfleet/tracing";
import { completeInputs, textInputs } from "./check-inputs.js";
import type { StartOptions } from "./client-options.js";
import type { Connections, StartTarget } from "./connections.js";
import { placeRun } from "./place-run.js";

/** More than a producer starts workflows, less than its memory notices. */
const targetsKept = 200;

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

/** Creates the run in a span of its own, when somebody records spans. */
export function createTraced({ store, namespace }: Connections, run: NewRun): Promise<CreateReply> {
  return traceStart(run, { namespace }, (traced) => store.createRun(traced));
}
