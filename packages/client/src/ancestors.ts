/**
 * The runs above others, parent first. Reads records only, each once, generation by generation: as many reads as a family is
 * deep, however many runs are asked about.
 */
import { limits, type RunRecord } from "@runfleet/model";
import type { AncestorDocument } from "./client-documents.js";
import type { Connections } from "./connections.js";

/** At most a page of runs. The answer has each of them; a run that is not there any more has nothing above it. */
export async function readAncestors(
  { store }: Pick<Connections, "store">,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, readonly AncestorDocument[]>> {
  const records = new Map<string, RunRecord>();
  let wanted = [...new Set(runIds)];
  for (let depth = 0; wanted.length > 0 && depth <= limits.workflowDepthMax; depth += 1) {
    const read = await store.readRuns(wanted);
    for (const run of read) records.set(run.id, run);
    // A parent that has expired ends the chain.
    const parents = read.flatMap(({ parentId }) => (parentId === undefined ? [] : [parentId]));
    wanted = [...new Set(parents)].filter((id) => !records.has(id));
  }
  return new Map(runIds.map((runId) => [runId, ancestorsOf(records, runId)]));
}

function ancestorsOf(records: ReadonlyMap<string, RunRecord>, runId: string): readonly AncestorDocument[] {
  const ancestors: AncestorDocument[] = [];
  let below = records.get(runId);
  while (below?.parentId !== undefined && ancestors.length < limits.workflowDepthMax) {
    const parent = records.get(below.parentId);
    if (parent === undefined) break;
    const { id, workflow, label = null } = parent;
    ancestors.push({ runId: id, workflow, label, address: below.parentAddress ?? "" });
    below = parent;
  }
  return ancestors;
}
