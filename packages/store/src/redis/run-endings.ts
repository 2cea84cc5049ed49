/**
 * What ends a run: the last commit of its owner, the verdict that no worker can continue it, and somebody who does not
 * want to wait. Each tells the parent in the same script.
 */
import type { Fence, Finish, FinishReply, RunStatus, RunStore, TerminateReply } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { factText } from "../fact-text.js";
import { failUnowned } from "../generated/fail-unowned.js";
import { finishRun } from "../generated/finish-run.js";
import { terminateRun } from "../generated/terminate-run.js";
import { runKeys } from "../keys.js";
import { orphansEntry, outboxPair, parentWakeHead, parentWakeId } from "../outbox-entry.js";
import { toGranting } from "../permit-scope.js";
import { withKeys } from "../run-names.js";
import { bothOf, runScript } from "../script.js";
import { childGraceMs } from "../sweep-times.js";
import { terminated, type Unowned, unownedChildEvent } from "../unowned-child.js";
import { toCommitValues } from "./commit-values.js";
import { forgetRunsLater, forgottenPerFinish } from "./forget-runs.js";
import type { Partition } from "./partition.js";
import { readRun } from "./run-reads.js";

type RunEndings = Pick<RunStore, "finish" | "failUnowned" | "terminateRun">;

export function runEndings(partition: Partition): RunEndings {
  return {
    finish: (finish) => finishOwned(partition, finish),
    failUnowned: (request) => failWithoutOwner(partition, request),
    terminateRun: (request) => terminate(partition, request),
  };
}

interface Ending extends Pick<Finish, "error" | "summary" | "parentEvent" | "retentionMs"> {
  readonly fence: Pick<Fence, "runId">;
}

function endingInput(partition: Partition, ending: Ending) {
  const { parentEvent } = ending;
  const { runId } = ending.fence;
  const parent = runKeys(partition.tag, parentEvent?.parentId ?? runId);
  return {
    keys: withKeys(partition.keysOf(runId), { parentRun: parent.run, parentInbox: parent.inbox }),
    values: {
      error: ending.error === undefined ? "" : JSON.stringify(ending.error),
      summary: ending.summary,
      retentionMs: Math.max(1, Math.ceil(ending.retentionMs)),
      parentId: parentEvent?.parentId ?? "",
      parentEvent: parentEvent === undefined ? "" : JSON.stringify(parentEvent.event),
      wakeId: parentWakeId(runId),
      wakeHead: parentWakeHead(runId, parentEvent?.parentId ?? ""),
      forgetMax: forgottenPerFinish,
      childGraceMs,
    },
  };
}

async function finishOwned(partition: Partition, finish: Finish): Promise<FinishReply> {
  const { keys, values } = endingInput(partition, finish);
  const { tag, rest } = await runScript(partition.redis, finishRun, {
    keys,
    values: bothOf(toCommitValues(partition, finish), values),
  });
  if (tag !== "finished") return { tag };
  const [rows, wake, granted] = rest as [string[], "now" | "soon" | "", string[]];
  if (rows.length > 0) await forgetRunsLater(partition, rows);
  return { tag, ...(wake === "" ? {} : { parentWake: wake }), ...toGranting(granted) };
}

/** How a run ends that nobody owns, and its record as it was; nothing for an unknown run. */
export async function unownedEnding(
  partition: Partition,
  {
    runId,
    end,
    retentionMs,
  }: { readonly runId: string; readonly end: Unowned; readonly retentionMs: number },
) {
  const run = await readRun(partition, runId);
  if (run === undefined) return undefined;
  const now = Number(partition.now() || Date.now());
  const parentEvent = unownedChildEvent(run, { ...end, now });
  const { error } = end;
  const told = parentEvent === undefined ? {} : { parentEvent };
  const ending = { fence: { runId }, error, summary: error.message, retentionMs, ...told };
  return { run, ...endingInput(partition, ending) };
}

async function failWithoutOwner(
  partition: Partition,
  request: Parameters<RunStore["failUnowned"]>[0],
): Promise<FinishReply> {
  const { runId, leaseToken, error, retentionMs } = request;
  const end = { status: "failed", error } as const;
  const ending = await unownedEnding(partition, { runId, end, retentionMs });
  if (ending === undefined) return { tag: "fenced" };
  const { tag, rest } = await runScript(partition.redis, failUnowned, {
    keys: ending.keys,
    values: {
      now: partition.now(),
      ...ending.values,
      runId,
      leaseToken,
      checksLease: partition.checksLease,
      fact: factText({ type: "run.failed", error }),
    },
  });
  if (tag !== "finished") return { tag };
  const [rows, granted] = rest as [string[], string[]];
  await forgetRunsLater(partition, rows);
  return { tag, ...toGranting(granted) };
}

async function terminate(
  partition: Partition,
  { runId, by }: Parameters<RunStore["terminateRun"]>[0],
): Promise<TerminateReply> {
  const end = terminated(by);
  const ending = await unownedEnding(partition, { runId, end, retentionMs: limits.endedRunKeptMs });
  if (ending === undefined) return { tag: "not_found" };
  const reason = end.error.message;
  const [orphansId, orphansJson] = outboxPair(orphansEntry(runId, reason));
  const { tag, rest } = await runScript(partition.redis, terminateRun, {
    keys: ending.keys,
    values: {
      now: partition.now(),
      ...ending.values,
      ...{ runId, by, reason, orphansId, channel: partition.channel },
      orphansEntry: orphansJson,
      nonce: "terminated",
      fact: factText({ type: "run.cancelled", reason }),
    },
  });
  if (tag === "not_found") return { tag };
  const [first, rows, granted] = rest as [string, string[], string[]];
  if (tag === "ended") return { tag, status: first as RunStatus };
  await forgetRunsLater(partition, rows);
  return { tag, pool: JSON.parse(first) as string, ...toGranting(granted) };
}
