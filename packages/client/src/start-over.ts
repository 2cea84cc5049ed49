/**
 * `rerun` and `fork`: a new root run from what the store still has of another one. Nothing of that run is changed, and
 * the new one does not need it any more once it is created.
 */
import type { RunRecord } from "@runfleet/model";
import type { ForkOptions, RerunOptions, StartOptions } from "./client-options.js";
import type { Connections } from "./connections.js";
import { forkRefused, keptBefore } from "./kept-steps.js";
import { findTarget } from "./prepare-run.js";
import { readRun } from "./read-runs.js";
import { versionOf } from "./run-definition.js";
import { type Started, startAgain } from "./start-run.js";

/** The same workflow, inputs and options once more. */
export async function rerunRun(
  connections: Connections,
  runId: string,
  { latest = false, ...changes }: RerunOptions,
): Promise<Started> {
  const run = await readRun(connections, runId);
  const target = latest ? await findTarget(connections, run.workflow) : await versionOf(connections, run);
  const options = optionsOf(await withSecrets(connections, run, changes), changes);
  return startAgain(connections, target, { ...options, origin: { rerunOf: runId } });
}

/** The same workflow, with the results that the run had before one of its steps. */
export async function forkRun(
  connections: Connections,
  runId: string,
  { from, ...changes }: ForkOptions,
): Promise<Started> {
  const run = await readRun(connections, runId);
  const target = await versionOf(connections, run);
  const { address, kept } = await keptBefore(connections, run, from);
  const now = await readRun(connections, runId);
  if (now.status !== run.status || now.generation !== run.generation) {
    throw forkRefused(runId, "it went on while its steps were read");
  }
  const origin = { forkOf: { runId, address }, kept };
  return startAgain(connections, target, {
    ...optionsOf(await withSecrets(connections, run, changes), changes),
    origin,
  });
}

/** The run with the values of its secret inputs, but for those that are given anew. Throws `secret_unreadable`. */
async function withSecrets(
  { store, secrets }: Connections,
  run: RunRecord,
  { inputs: anew = {} }: Pick<RerunOptions, "inputs">,
): Promise<RunRecord> {
  const wanted = (run.secretInputs ?? []).filter((name) => !Object.hasOwn(anew, name));
  if (wanted.length === 0) return run;
  const sealed = Object.entries(await store.readSealed(run.id)).filter(([name]) => wanted.includes(name));
  const values = secrets.open(`run ${run.id}`, Object.fromEntries(sealed));
  return { ...run, inputs: { ...run.inputs, ...values } };
}

/** Every option of the run's start but what belongs to that one start: its idempotency key, its delay, its limits. */
function optionsOf(
  run: RunRecord,
  changes: Omit<RerunOptions, "latest">,
): StartOptions & { readonly alsoSecret: readonly string[] } {
  const { dryRun, failFast, stepTimeoutMs, pluginDirs, triggeredByHook, pool } = run;
  const { timeoutMs, label, priority, model, identity } = run;
  return {
    ...{ dryRun, failFast, stepTimeoutMs, pluginDirs, triggeredByHook, pool },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(label === undefined ? {} : { label }),
    ...(priority === undefined ? {} : { priority }),
    ...(model === undefined ? {} : { model }),
    ...(identity === undefined ? {} : { identity }),
    ...(changes.label === undefined ? {} : { label: changes.label }),
    ...(changes.idempotencyKey === undefined ? {} : { idempotencyKey: changes.idempotencyKey }),
    inputs: { ...run.inputs, ...changes.inputs },
    alsoSecret: run.secretInputs ?? [],
  };
}
