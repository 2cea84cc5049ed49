/**
 * How ended runs leave Redis: counted after their end, removed family by family when their workflow keeps too much.
 * Each step is one script, on a few runs at most; how much is kept is the caller's word.
 */
import type { KeptRuns, RunRetention, TrimReply, TrimRequest } from "@runfleet/model";
import { fileEnded } from "../generated/file-ended.js";
import { trimRuns } from "../generated/trim-runs.js";
import { keptRootsKey, runKeys, workflowRunsKey } from "../keys.js";
import { pageRows, toPage } from "../page.js";
import { withRedis } from "../redis-failure.js";
import { rowRunId } from "../run-record.js";
import { runScript } from "../script.js";
import { forgetExpired, readEntry } from "./forget-runs.js";
import type { Partition } from "./partition.js";
import { removeOrphans } from "./remove-orphans.js";

/** What a run counts where the server cannot measure (the JavaScript one cannot): a short run with some texts. */
const bytesUnmeasured = 16 * 1024;
/** Runs that one script files: some twenty commands each, and a script must not keep others waiting. */
const filedAtOnce = 25;
/** Roots that one script removes: one command each, some for all, and what the server has to free. */
const trimmedAtOnce = 25;

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
  const asRoots = entries.map((entry): Filed => {
    const own = readEntry(entry);
    return { entry, runId: rowRunId(own.row), rootId: rowRunId(own.row), root: own };
  });
  const { workflows, children } = await fileAll(partition, asRoots);
  const withRoots = await fileAll(partition, await readRoots(partition, children));
  return { looked: entries.length, workflows: [...new Set([...workflows, ...withRoots.workflows])] };
}

/** An ended run, and the root it is counted for. */
interface Filed {
  /** As it lies in the list of runs that are not counted yet. */
  readonly entry: string;
  readonly runId: string;
  readonly rootId: string;
  readonly root: ReturnType<typeof readEntry>;
}

interface FiledReply {
  /** That something was counted for. */
  readonly workflows: string[];
  /** Entries of runs that were taken for roots and are children, and the ids of their roots. */
  readonly children: [entry: string, rootId: string][];
}

async function fileAll(partition: Partition, runs: readonly Filed[]): Promise<FiledReply> {
  const all: FiledReply = { workflows: [], children: [] };
  for (let start = 0; start < runs.length; start += filedAtOnce) {
    const { rest } = await runScript(
      partition.redis,
      fileEnded,
      filing(partition, runs.slice(start, start + filedAtOnce)),
    );
    const [workflows, children] = rest as [string[], string[]];
    all.workflows.push(...workflows);
    for (let index = 0; index < children.length; index += 2)
      all.children.push([children[index] as string, children[index + 1] as string]);
  }
  return all;
}

function filing(partition: Partition, runs: readonly Filed[]) {
  const keysOfRun = ({ runId, rootId, root }: Filed): readonly string[] => {
    const { run, parts, steps, history, children, answers, log, logSums } = runKeys(partition.tag, runId);
    const keptRoots = keptRootsKey(partition.tag, root.workflow);
    const ofRoot = [rootId === runId ? run : runKeys(partition.tag, rootId).run, keptRoots];
    return [run, parts, steps, history, children, answers, log, logSums, ...ofRoot];
  };
  return {
    keys: { ...partition.keys, runs: runs.flatMap(keysOfRun) },
    values: {
      now: partition.now(),
      entries: runs.flatMap(({ entry, runId, rootId, root }) => [
        ...[entry, rootId, root.row, root.workflow],
        rootId === runId ? "" : "1",
      ]),
      bytesUnmeasured,
    },
  };
}

/** Children with their roots, each of which is read once. */
async function readRoots(
  partition: Partition,
  children: readonly (readonly [entry: string, rootId: string])[],
): Promise<readonly Filed[]> {
  const ids = [...new Set(children.map(([, rootId]) => rootId))];
  const rows = await Promise.all(ids.map((rootId) => readRow(partition, rootId)));
  const roots = new Map(ids.map((rootId, index) => [rootId, rows[index]]));
  return children.map(([entry, rootId]) => {
    const root = roots.get(rootId) ?? { row: "", workflow: "" };
    return { entry, runId: rowRunId(readEntry(entry).row), rootId, root };
  });
}

/** Empty when the root is gone; then the script counts nothing. */
async function readRow(partition: Partition, runId: string): Promise<ReturnType<typeof readEntry>> {
  const { run } = runKeys(partition.tag, runId);
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
  for (let start = 0; start < rows.length; start += trimmedAtOnce) {
    const batch = rows.slice(start, start + trimmedAtOnce);
    const { tag: reply, rest } = await trimOldest(partition, { rows: batch, request });
    const [count, unseen] = rest as [string, string[]];
    removed += Number(count);
    unarchived.push(...unseen.map(rowRunId));
    if (reply === "enough") break;
    if (reply === "held") return { removed, unarchived, isHeld: true };
  }
  return { removed, unarchived, isHeld: false };
}

function trimOldest(
  partition: Partition,
  { rows, request }: { readonly rows: readonly string[]; readonly request: TrimRequest },
) {
  const { redis, tag, keys } = partition;
  const { workflow, countMax, bytesMax, sinks, sinkWaitMs } = request;
  const keysOfRun = (row: string): readonly string[] => {
    const names = runKeys(tag, rowRunId(row));
    const { run, parts, steps, inbox, dedupe, history, answers, log, logSums, children } = names;
    return [run, parts, steps, inbox, dedupe, history, answers, log, logSums, children];
  };
  const ofWorkflow = {
    runsWorkflow: workflowRunsKey(tag, workflow),
    keptRoots: keptRootsKey(tag, workflow),
  };
  return runScript(redis, trimRuns, {
    keys: { ...keys, ...ofWorkflow, runs: rows.flatMap(keysOfRun) },
    values: { now: partition.now(), rows, workflow, countMax, bytesMax, sinks, sinkWaitMs },
  });
}
