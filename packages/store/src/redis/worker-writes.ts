/**
 * The writes of a worker that holds a run's lease, but for the last one, which ends the run. Every one goes through the fence of its script, so a former owner
 * changes nothing; a repeat of the same write is answered like the first.
 */
import type { ActivateReply, Commit, HeartbeatReply, RunStore } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import { waitsText } from "../gate-text.js";
import { activateRun } from "../generated/activate-run.js";
import { commitRun } from "../generated/commit-run.js";
import { heartbeatRun } from "../generated/heartbeat-run.js";
import { parkRun } from "../generated/park-run.js";
import { releaseRun } from "../generated/release-run.js";
import { writeLog } from "../generated/write-log.js";
import { runKeys } from "../keys.js";
import { toGranting } from "../permit-scope.js";
import { withRedis } from "../redis-failure.js";
import { readSealed, toFields, toParts, toRunRecord, toTexts } from "../run-record.js";
import { bothOf, runScript } from "../script.js";
import { signOfLifeMs } from "../sweep-times.js";
import { logPieceValues, toCommitValues } from "./commit-values.js";
import type { Partition } from "./partition.js";
import { toCancel, toInbox } from "./script-replies.js";

type WorkerWrites = Pick<RunStore, "activate" | "commit" | "park" | "release" | "heartbeat" | "writeLog">;

export function workerWrites(partition: Partition): WorkerWrites {
  return {
    activate: (request) => activate(partition, request),
    commit: (commit) =>
      runScript(partition.redis, commitRun, {
        keys: partition.keysOf(commit.fence.runId),
        values: bothOf(toCommitValues(partition, commit), { signOfLifeMs }),
      }).then(({ tag, rest }) =>
        tag === "fenced" ? { tag } : { tag, inbox: toInbox(rest[0]), ...toCancel(rest[1]) },
      ),
    park: async (park) => {
      const { tag, rest } = await runScript(partition.redis, parkRun, {
        keys: partition.keysOf(park.fence.runId),
        values: {
          ...toCommitValues(partition, park),
          blockedOn: waitsText(park.blockedOn, park.gatesOpened),
          wakeAt: park.until ?? "",
          patience: park.patience ?? "",
        },
      });
      if (tag === "parked") return { tag, ...toGranting(rest[0] as string[]) };
      return tag === "wake_now" ? { tag, inbox: toInbox(rest[0]) } : { tag };
    },
    release: async (commit: Commit) => {
      const { tag } = await runScript(partition.redis, releaseRun, {
        keys: partition.keysOf(commit.fence.runId),
        values: toCommitValues(partition, commit),
      });
      return { tag };
    },
    heartbeat: async (fence): Promise<HeartbeatReply> => {
      const { tag, rest } = await runScript(partition.redis, heartbeatRun, {
        keys: partition.keysOf(fence.runId),
        values: { now: partition.now(), ...fence, commitId: "", after: "" },
      });
      if (tag === "fenced") return { tag };
      return { tag, inboxWaiting: rest[0] === "1", ...toCancel(rest[1]) };
    },
    writeLog: async ({ fence, pieces }) => {
      const { tag } = await runScript(partition.redis, writeLog, {
        keys: partition.keysOf(fence.runId),
        values: {
          now: partition.now(),
          ...{ ...fence, commitId: "", after: "" },
          logPieces: logPieceValues(pieces, fence),
        },
      });
      return { tag };
    },
  };
}

/** When the lease of somebody else is as good as over. */
const retrySoonMs = 20;
/** Parts that an activation tells in its own reply: one round trip for all but long lists of items. */
const partsToldMax = 64;

async function readParts(partition: Partition, runId: string): Promise<Record<string, string>> {
  return await withRedis("hgetall parts", () => partition.redis.hgetall(runKeys(partition.tag, runId).parts));
}

async function activate(
  partition: Partition,
  request: Parameters<RunStore["activate"]>[0],
): Promise<ActivateReply> {
  const { tag, rest } = await runScript(partition.redis, activateRun, {
    keys: partition.keysOf(request.runId),
    values: {
      now: partition.now(),
      runId: request.runId,
      leaseToken: request.leaseToken,
      recoveriesMax: request.recoveriesMax,
      leaseTtlMs: request.leaseTtlMs ?? "",
      recoveriesAdmitted: request.recoveriesAdmitted ?? request.recoveriesMax,
      partsTold: partsToldMax,
      owner: JSON.stringify(request.owner),
      checksLease: partition.checksLease,
    },
  });
  switch (tag) {
    case "lost":
    case "not_found":
    case "limited":
      return { tag };
    case "busy":
      return { tag, retryAfterMs: Math.max(retrySoonMs, Number(rest[0])) };
    case "ended":
      return { tag, status: rest[0] as "completed" | "failed" | "cancelled" };
    case "crash_loop":
    case "suspect":
      return { tag, recoveries: Number(rest[0]) };
    case "activated": {
      const [generation, tookOver, record, told, unread, areLeft, wantedSince] = rest as [
        string,
        string,
        string[],
        string[],
        unknown,
        string,
        string,
      ];
      const fields = toFields(record);
      const beside = areLeft === "1" ? await readParts(partition, request.runId) : toFields(told);
      const texts = toTexts(fields, beside);
      const sealed = readSealed(texts.info);
      const run = toRunRecord(fields, texts);
      if (run === undefined)
        throw new RunfleetError("internal", `run ${request.runId} has no readable record`);
      const fence = { runId: request.runId, generation: Number(generation), nonce: request.leaseToken };
      const activation = {
        fence,
        run,
        parts: toParts(fields, beside),
        inbox: toInbox(unread),
        tookOver: tookOver === "1",
        ...(wantedSince === "" ? {} : { wantedSince: Number(wantedSince) }),
        ...(sealed === undefined ? {} : { sealed }),
      };
      return { tag, activation };
    }
    default:
      return tag satisfies never;
  }
}
