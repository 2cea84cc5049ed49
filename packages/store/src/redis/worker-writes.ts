/**
 * The writes of a worker that holds a run's lease. Every one goes through the fence of its script, so a former owner
 * changes nothing; a repeat of the same write is answered like the first.
 */
import type { ActivateReply, Commit, Finish, FinishReply, HeartbeatReply, RunStore } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import { activateRun } from "../generated/activate-run.js";
import { commitRun } from "../generated/commit-run.js";
import { failUnowned } from "../generated/fail-unowned.js";
import { finishRun } from "../generated/finish-run.js";
import { heartbeatRun } from "../generated/heartbeat-run.js";
import { parkRun } from "../generated/park-run.js";
import { releaseRun } from "../generated/release-run.js";
import { runKeys } from "../keys.js";
import { parentWakeHead, parentWakeId } from "../outbox-entry.js";
import { toFields, toRunRecord } from "../run-record.js";
import { runScript } from "../script.js";
import { unownedChildEvent } from "../unowned-child.js";
import { toCommitValues } from "./commit-values.js";
import { forgetRunsLater, forgottenPerFinish } from "./forget-runs.js";
import type { Partition } from "./partition.js";
import { readRun } from "./run-reads.js";
import { toCancel, toInbox } from "./script-replies.js";

type WorkerWrites = Pick<
  RunStore,
  "activate" | "commit" | "park" | "release" | "finish" | "failUnowned" | "heartbeat"
>;

export function workerWrites(partition: Partition): WorkerWrites {
  return {
    activate: (request) => activate(partition, request),
    commit: async (commit) => {
      const { tag, rest } = await runScript(partition.redis, commitRun, {
        keys: partition.keysOf(commit.fence.runId),
        values: { ...partition.common(), ...toCommitValues(commit), status: commit.status },
      });
      if (tag === "fenced") return { tag };
      return { tag, inbox: toInbox(rest[0]), ...toCancel(rest[1]) };
    },
    park: async (park) => {
      const { tag, rest } = await runScript(partition.redis, parkRun, {
        keys: partition.keysOf(park.fence.runId),
        values: {
          ...partition.common(),
          ...toCommitValues(park),
          blockedOn: JSON.stringify(park.blockedOn),
          wakeAt: park.until ?? "",
        },
      });
      return tag === "wake_now" ? { tag, inbox: toInbox(rest[0]) } : { tag };
    },
    release: async (commit: Commit) => {
      const { tag } = await runScript(partition.redis, releaseRun, {
        keys: partition.keysOf(commit.fence.runId),
        values: { ...partition.common(), ...toCommitValues(commit) },
      });
      return { tag };
    },
    finish: (finish) => finishOwned(partition, finish),
    failUnowned: (request) => failWithoutOwner(partition, request),
    heartbeat: async (fence): Promise<HeartbeatReply> => {
      const { tag, rest } = await runScript(partition.redis, heartbeatRun, {
        keys: partition.keysOf(fence.runId),
        values: { ...partition.common(), ...fence, commitId: "" },
      });
      if (tag === "fenced") return { tag };
      return { tag, inboxWaiting: rest[0] === "1", ...toCancel(rest[1]) };
    },
  };
}

async function activate(
  partition: Partition,
  request: Parameters<RunStore["activate"]>[0],
): Promise<ActivateReply> {
  const { tag, rest } = await runScript(partition.redis, activateRun, {
    keys: partition.keysOf(request.runId),
    values: {
      ...partition.common(),
      ...request,
      recoveriesAdmitted: request.recoveriesAdmitted ?? request.recoveriesMax,
      ownerJson: JSON.stringify(request.owner),
      checksLease: partition.checksLease,
    },
  });
  switch (tag) {
    case "lost":
    case "not_found":
      return { tag };
    case "ended":
      return { tag, status: rest[0] as "completed" | "failed" | "cancelled" };
    case "crash_loop":
    case "suspect":
      return { tag, recoveries: Number(rest[0]) };
    case "activated": {
      const [generation, tookOver, record, parts, unread] = rest as [
        string,
        string,
        string[],
        string[],
        unknown,
      ];
      const run = toRunRecord(toFields(record));
      if (run === undefined)
        throw new RunfleetError("internal", `run ${request.runId} has no readable record`);
      const fence = { runId: request.runId, generation: Number(generation), nonce: request.leaseToken };
      const activation = {
        fence,
        run,
        parts: toFields(parts),
        inbox: toInbox(unread),
        tookOver: tookOver === "1",
      };
      return { tag, activation };
    }
    default:
      return tag satisfies never;
  }
}

interface Ending extends Pick<Finish, "error" | "summary" | "parentEvent" | "retentionMs"> {
  readonly runId: string;
}

function endingInput(partition: Partition, ending: Ending) {
  const { runId, parentEvent } = ending;
  const keys = partition.keysOf(runId);
  const parent = parentEvent === undefined ? keys : runKeys(partition.tag, parentEvent.parentId);
  return {
    keys: { ...keys, parentRun: parent.run, parentInbox: parent.inbox },
    values: {
      error: ending.error === undefined ? "" : JSON.stringify(ending.error),
      summary: ending.summary,
      retentionMs: Math.max(1, Math.ceil(ending.retentionMs)),
      parentId: parentEvent?.parentId ?? "",
      parentEvent: parentEvent === undefined ? "" : JSON.stringify(parentEvent.event),
      wakeId: parentWakeId(runId),
      wakeHead: parentWakeHead(runId, parentEvent?.parentId ?? ""),
      forgetMax: forgottenPerFinish,
    },
  };
}

async function finishOwned(partition: Partition, finish: Finish): Promise<FinishReply> {
  const ending = endingInput(partition, { ...finish, runId: finish.fence.runId });
  const { tag, rest } = await runScript(partition.redis, finishRun, {
    keys: ending.keys,
    values: { ...partition.common(), ...toCommitValues(finish), ...ending.values, status: finish.status },
  });
  if (tag === "finished") await forgetRunsLater(partition, rest[0] as string[]);
  return { tag };
}

async function failWithoutOwner(
  partition: Partition,
  request: Parameters<RunStore["failUnowned"]>[0],
): Promise<FinishReply> {
  const { runId, leaseToken, error, retentionMs } = request;
  const run = await readRun(partition, runId);
  if (run === undefined) return { tag: "fenced" };
  const now = Number(partition.common().now || Date.now());
  const parentEvent = unownedChildEvent(run, { error, now });
  const ending = endingInput(partition, {
    runId,
    error,
    summary: error.message,
    retentionMs,
    ...(parentEvent === undefined ? {} : { parentEvent }),
  });
  const { tag, rest } = await runScript(partition.redis, failUnowned, {
    keys: ending.keys,
    values: {
      ...partition.common(),
      ...ending.values,
      runId,
      leaseToken,
      checksLease: partition.checksLease,
      fact: JSON.stringify({ type: "run.failed", error }),
    },
  });
  if (tag === "finished") await forgetRunsLater(partition, rest[0] as string[]);
  return { tag };
}
