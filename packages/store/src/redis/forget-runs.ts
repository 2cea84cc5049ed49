/**
 * Takes expired runs out of the lists. Redis deletes their keys by itself; rows of lists have no time to live.
 */
import { forgetRun } from "../generated/forget-run.js";
import { workflowRunsKey } from "../keys.js";
import { rowRunId } from "../run-record.js";
import { runScript } from "../script.js";
import type { Partition } from "./partition.js";

/** Rows forgotten when a run finishes: more than one, so that lists never grow by what has expired. */
export const forgottenPerFinish = 10;

/** `entries` are `<row> <workflow>`, as they lie in the list of ended runs. */
async function forgetRuns(partition: Partition, entries: readonly string[]): Promise<void> {
  await Promise.all(
    entries.map((entry) => {
      const space = entry.indexOf(" ");
      const row = entry.slice(0, space);
      const workflow = entry.slice(space + 1);
      return runScript(partition.redis, forgetRun, {
        keys: {
          ...partition.keysOf(rowRunId(row)),
          runsWorkflow: workflowRunsKey(partition.tag, workflow),
        },
        values: { row, workflow },
      });
    }),
  );
}

/** For callers that have succeeded already: rows that cannot be forgotten now are told again at the next finish. */
export async function forgetRunsLater(partition: Partition, entries: readonly string[]): Promise<void> {
  await forgetRuns(partition, entries).catch(() => {});
}
