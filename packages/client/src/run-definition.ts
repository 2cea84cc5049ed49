/**
 * Definitions as documents: the one that is published under a name, and the version that a run was started with, which is
 * found again to start from it.
 */
import { type Definition, RunfleetError, type RunRecord } from "@runfleet/model";
import { checkName } from "./check-start-options.js";
import type { DefinitionDocument, PublishedDocument } from "./client-documents.js";
import type { Connections, StartTarget } from "./connections.js";
import { findTarget } from "./prepare-run.js";
import { readRun } from "./read-runs.js";

export async function readDefinition(connections: Connections, runId: string): Promise<DefinitionDocument> {
  const { hash, definition } = await versionOf(connections, await readRun(connections, runId));
  return { id: runId, hash, definition };
}

export async function readPublished(connections: Connections, name: string): Promise<PublishedDocument> {
  checkName("workflow name", name);
  return { name, ...(await findTarget(connections, name)) };
}

/** Throws `workflow_not_found` when it is not stored any more. */
export async function versionOf({ store }: Connections, run: RunRecord): Promise<StartTarget> {
  const { id, workflow, definitionHash: hash } = run;
  const json = await store.readDefinition(hash);
  if (json !== undefined) return { hash, definition: JSON.parse(json) as Definition };
  const message = `the version of workflow ${JSON.stringify(workflow)} that run ${id} had is not stored any more`;
  throw new RunfleetError("workflow_not_found", message, { details: { workflow, hash } });
}
