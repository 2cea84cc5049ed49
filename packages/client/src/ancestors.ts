/** The runs above a run, parent first. Reads records only, each once, as many as the depth of a family allows. */
import { limits, type RunRecord } from "@runfleet/model";
import type { AncestorDocument } from "./client-documents.js";
import type { Connections } from "./connections.js";

/** For one answer: a record that several gates lead to is read once. */
export function ancestorsReader({
  store,
}: Pick<Connections, "store">): (runId: string) => Promise<readonly AncestorDocument[]> {
  const records = new Map<string, Promise<RunRecord | undefined>>();
  const read = (runId: string): Promise<RunRecord | undefined> => {
    const known = records.get(runId);
    if (known !== undefined) return known;
    const record = store.readRun(runId);
    records.set(runId, record);
    return record;
  };
  return async (runId) => {
    const ancestors: AncestorDocument[] = [];
    let below = await read(runId);
    // A parent that has expired ends the chain.
    while (below?.parentId !== undefined && ancestors.length < limits.workflowDepthMax) {
      const parent = await read(below.parentId);
      if (parent === undefined) break;
      const { id, workflow, label = null } = parent;
      ancestors.push({ runId: id, workflow, label, address: below.parentAddress ?? "" });
      below = parent;
    }
    return ancestors;
  };
}
