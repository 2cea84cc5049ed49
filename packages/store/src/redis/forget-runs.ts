/**
 * Takes runs whose time is over out of the lists. Redis deletes their keys by itself; rows of lists have no time to
 * live. A child is kept for as long as its root, so whoever finds one in time gives it a new time.
 */
import { forgetRun } from "../generated/forget-run.js";
import { keptRootsKey, runKeys, workflowRunsKey } from "../keys.js";
import { pageRows } from "../page.js";
import { withRedis } from "../redis-failure.js";
import { withKeys } from "../run-names.js";
import { rowRunId } from "../run-record.js";
import { runScript } from "../script.js";
import { childGraceMs, childRenewMs } from "../sweep-times.js";
import type { Partition } from "./partition.js";
import { rootOf } from "./root-of.js";

/** Rows forgotten when a run finishes: more than one, so that lists never grow by what has expired. */
export const forgottenPerFinish = 10;

/** Row and workflow of an entry in the lists of ended runs. */
export function readEntry(entry: string): { readonly row: string; readonly workflow: string } {
  const space = entry.indexOf(" ");
  return { row: entry.slice(0, space), workflow: entry.slice(space + 1) };
}

/** `entries` are `<row> <workflow>`, as they lie in the list of ended runs. */
async function forgetRuns(partition: Partition, entries: readonly string[]): Promise<void> {
  await Promise.all(
    entries.map(async (entry) => {
      const { row, workflow } = readEntry(entry);
      const runId = rowRunId(row);
      const rootId = await rootOf(partition, runId);
      await runScript(partition.redis, forgetRun, {
        keys: withKeys(partition.keysOf(runId), {
          runsWorkflow: workflowRunsKey(partition.tag, workflow),
          keptRoots: keptRootsKey(partition.tag, workflow),
          rootRun: runKeys(partition.tag, rootId).run,
        }),
        values: {
          now: partition.now(),
          ...{ row, workflow, childGraceMs, renewMs: childRenewMs },
          isChild: rootId === runId ? "" : "1",
        },
      });
    }),
  );
}

/** For callers that have succeeded already: rows that cannot be forgotten now are told again at the next finish. */
export async function forgetRunsLater(partition: Partition, entries: readonly string[]): Promise<void> {
  await forgetRuns(partition, entries).catch(() => {});
}

/** Up to `limit` of the runs whose time is over; answers how many there were. */
export async function forgetExpired(partition: Partition, limit: number): Promise<number> {
  const now = partition.now() || String(Date.now());
  const entries = await withRedis("zrangebyscore ended", () =>
    partition.redis.zrangebyscore(partition.keys.runsEnded, "-inf", now, "LIMIT", 0, pageRows(limit)),
  );
  await forgetRuns(partition, entries);
  return entries.length;
}
