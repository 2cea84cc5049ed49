/** Removes descendants of removed runs, level by level: a removed child that has children of its own is listed in turn. */
import { claimOrphaning } from "../generated/claim-orphaning.js";
import { removeOrphan } from "../generated/remove-orphan.js";
import { keptRootsKey, runKeys, workflowRunsKey } from "../keys.js";
import { pageRows } from "../page.js";
import { withRedis } from "../redis-failure.js";
import { withKeys } from "../run-names.js";
import { rowRunId } from "../run-record.js";
import { runScript } from "../script.js";
import { orphansAgainMs } from "../sweep-times.js";
import type { Partition } from "./partition.js";

/** Removed parents gone through at once. */
const parentsMax = 20;

/** Answers how many children it looked at, or `limit` when more removed parents may be waiting than it went through. */
export async function removeOrphans(partition: Partition, limit: number): Promise<number> {
  const { rest } = await runScript(partition.redis, claimOrphaning, {
    keys: partition.keys,
    values: { now: partition.now(), limit: parentsMax, againMs: orphansAgainMs },
  });
  const claimed = rest[0] as string[];
  const waiting = [...claimed];
  let left = pageRows(limit);
  while (left > 0) {
    const parentRow = waiting.shift();
    if (parentRow === undefined) break;
    left -= await removeChildren(partition, { parentRow, limit: left });
  }
  await goOnWith(partition, waiting);
  return claimed.length < parentsMax ? pageRows(limit) - left : pageRows(limit);
}

/** At once, by whoever asks next. */
async function goOnWith({ redis, keys }: Partition, parentRows: readonly string[]): Promise<void> {
  if (parentRows.length === 0) return;
  const scores = parentRows.flatMap((row) => [0, row]);
  await withRedis("zadd orphaning", () => redis.zadd(keys.runsOrphaning, "XX", ...scores));
}

async function removeChildren(
  partition: Partition,
  { parentRow, limit }: { readonly parentRow: string; readonly limit: number },
): Promise<number> {
  const { redis, keys } = partition;
  const { children } = runKeys(partition.tag, rowRunId(parentRow));
  const rows = await withRedis("zrange children", () => redis.zrange(children, 0, limit - 1));
  if (rows.length === 0) await withRedis("zrem orphaning", () => redis.zrem(keys.runsOrphaning, parentRow));
  const replies = await Promise.all(rows.map((row) => removeOne(partition, { row, parentRow, children })));
  // More of them, and none that must be waited for: at once.
  if (rows.length === limit && !replies.includes("open")) {
    await goOnWith(partition, [parentRow]);
  }
  return Math.max(1, rows.length);
}

async function removeOne(
  partition: Partition,
  place: { readonly row: string; readonly parentRow: string; readonly children: string },
) {
  const { row, parentRow, children } = place;
  const runId = rowRunId(row);
  const { run } = runKeys(partition.tag, runId);
  const workflow = (await withRedis("hget workflow", () => partition.redis.hget(run, "workflow"))) ?? "";
  const { tag } = await runScript(partition.redis, removeOrphan, {
    keys: withKeys(partition.keysOf(runId), {
      parentChildren: children,
      runsWorkflow: workflowRunsKey(partition.tag, workflow),
      keptRoots: keptRootsKey(partition.tag, workflow),
    }),
    values: { now: partition.now(), row, workflow, parentRow },
  });
  return tag;
}
