/**
 * How ended runs leave Redis: counted after their end, removed family by family when their workflow keeps too much.
 * Each step is one script on one run; how much is kept is the caller's word.
 */
import type { KeptRuns, RunRetention, TrimReply, TrimRequest } from "@runfleet/model";
import { fileEnded } from "../generated/file-ended.js";
import { trimRun } from "../generated/trim-run.js";
import { keptRootsKey, workflowRunsKey } from "../keys.js";
import { pageRows, toPage } from "../page.js";
import { withRedis } from "../redis-failure.js";
import { rowRunId } from "../run-record.js";
import { runScript } from "../script.js";
import { forgetExpired, readEntry } from "./forget-runs.js";
import { type Partition, withKeys } from "./partition.js";
import { removeOrphans } from "./remove-orphans.js";
import { rootOf } from "./root-of.js";

/** What a run counts where the server cannot measure (the JavaScript one cannot): a short run with some texts. */
const bytesUnmeasured = 16 * 1024;
/** Runs whose scripts are on their way at once. */
const parallelMax = 20;

export function runRetention(partition: Partition): RunRetention {
  return {
    fileEnded: ({ limit }) => fileSome(partition, limit),
    listKept: ({ limit, cursor }) => listKept(partition, { limit, cursor: cursor ?? "0" }),
    trimKept: (request) => trim(partition, request),
    removeOrphans: ({ limit }) => removeOrphans(partition, limit),
    forgetExpired: ({ limit }) => forgetExpired(partition, limit),
  };
}

async function fileSome(partition: Partition, limit: number): ReturnType<RunRetention["fileEnded"]> {
  const { redis, keys } = partition;
  const entries = await withRedis("zrange unfiled", () =>
    redis.zrange(keys.runsUnfiled, 0, pageRows(limit) - 1),
  );
  const workflows = new Set<string>();
  for (let start = 0; start < entries.length; start += parallelMax) {
    const batch = entries.slice(start, start + parallelMax);
    const filed = await Promise.all(batch.map((entry) => fileOne(partition, entry)));
    for (const workflow of filed) if (workflow !== undefined) workflows.add(workflow);
  }
  return { looked: entries.length, workflows: [...workflows] };
}

/** Answers the workflow the run was counted for, if it was. */
async function fileOne(partition: Partition, entry: string): Promise<string | undefined> {
  const { redis, tag } = partition;
  const own = readEntry(entry);
  const runId = rowRunId(own.row);
  const rootId = await rootOf(partition, runId);
  const root = rootId === runId ? own : await readRow(partition, rootId);
  const { tag: reply } = await runScript(redis, fileEnded, {
    keys: withKeys(partition.keysOf(runId), {
      rootRun: partition.keysOf(rootId).run,
      keptRoots: keptRootsKey(tag, root.workflow),
    }),
    values: {
      ...partition.common(),
      ...{ entry, rootId, rootRow: root.row, rootWorkflow: root.workflow },
      isChild: rootId === runId ? "" : "1",
      bytesUnmeasured,
    },
  });
  return reply === "filed" ? root.workflow : undefined;
}

/** Empty when the root is gone; then the script counts nothing. */
async function readRow(partition: Partition, runId: string): Promise<ReturnType<typeof readEntry>> {
  const { run } = partition.keysOf(runId);
  const [row, workflow] = await withRedis("hmget row", () => partition.redis.hmget(run, "row", "workflow"));
  return { row: row ?? "", workflow: workflow ?? "" };
}

async function listKept(partition: Partition, page: { readonly limit: number; readonly cursor: string }) {
  const { redis, keys, tag } = partition;
  const [cursor, flat] = await withRedis("hscan kept", () =>
    redis.hscan(keys.keptBytes, page.cursor, "COUNT", pageRows(page.limit)),
  );
  const workflows = flat.filter((_, index) => index % 2 === 0);
  const rows = await Promise.all(
    workflows.map(async (workflow, index): Promise<KeptRuns> => {
      const runs = await withRedis("zcard kept", () => redis.zcard(keptRootsKey(tag, workflow)));
      return { workflow, runs, bytes: Number(flat[2 * index + 1]) };
    }),
  );
  return toPage(rows, cursor === "0" ? undefined : cursor);
}

async function trim(partition: Partition, request: TrimRequest): Promise<TrimReply> {
  const { redis, tag } = partition;
  const unarchived: string[] = [];
  let removed = 0;
  const rows = await withRedis("zrange kept", () =>
    redis.zrange(keptRootsKey(tag, request.workflow), 0, pageRows(request.limit) - 1),
  );
  for (let start = 0; start < rows.length; start += parallelMax) {
    const batch = rows.slice(start, start + parallelMax);
    const replies = await Promise.all(batch.map((row) => trimOne(partition, { row, request })));
    for (const [index, reply] of replies.entries()) {
      if (reply === "removed" || reply === "unarchived") removed += 1;
      if (reply === "unarchived") unarchived.push(rowRunId(batch[index] as string));
    }
    if (replies.includes("enough")) break;
    if (replies.includes("held")) return { removed, unarchived, isHeld: true };
  }
  return { removed, unarchived, isHeld: false };
}

async function trimOne(
  partition: Partition,
  { row, request }: { readonly row: string; readonly request: TrimRequest },
) {
  const { workflow, countMax, bytesMax, sinks, sinkWaitMs } = request;
  const runId = rowRunId(row);
  const { tag } = await runScript(partition.redis, trimRun, {
    keys: withKeys(partition.keysOf(runId), {
      runsWorkflow: workflowRunsKey(partition.tag, workflow),
      keptRoots: keptRootsKey(partition.tag, workflow),
    }),
    values: { ...partition.common(), row, runId, workflow, countMax, bytesMax, sinks, sinkWaitMs },
  });
  return tag;
}
