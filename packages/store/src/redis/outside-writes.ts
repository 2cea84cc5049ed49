/**
 * Writes of anybody: start a run, put an event into its inbox, answer a gate, ask for a cancel, retry. None is fenced; each
 * is decided by its script in one step, so of two that race one is first.
 */
import {
  type CancelReply,
  type CreateReply,
  delayMsMax,
  limits,
  type NewRun,
  type RetryReply,
  RunfleetError,
  type RunStatus,
  type RunStore,
} from "@runfleet/model";
import { factText } from "../fact-text.js";
import { answerGate } from "../generated/answer-gate.js";
import { appendEvent } from "../generated/append-event.js";
import { createRun } from "../generated/create-run.js";
import { requestCancel } from "../generated/request-cancel.js";
import { retryRun } from "../generated/retry-run.js";
import { startDigest } from "../identifiers.js";
import { idempotencyKey, publishedKey, runKeys, scheduleKeys, workflowRunsKey } from "../keys.js";
import { permitsText, rateValues, toGranting } from "../permit-scope.js";
import { withRedis } from "../redis-failure.js";
import { withKeys } from "../run-names.js";
import { definitionText, infoText, runRow, toCancelRequest, toRunInfo } from "../run-record.js";
import { runScript } from "../script.js";
import { checkNewRun, idempotencyKeptMs, startedEvent } from "../start-of-run.js";
import { cancelled, untakenCancelled } from "../unowned-child.js";
import { createTogether, isPlainChild } from "./create-children.js";
import { forgetRunsLater } from "./forget-runs.js";
import type { Partition } from "./partition.js";
import { unownedEnding } from "./run-endings.js";

type OutsideWrites = Pick<
  RunStore,
  "createRun" | "appendEvent" | "answerGate" | "requestCancel" | "retryRun"
>;

interface DueTime {
  readonly schedule: string;
  /** Epoch ms. */
  readonly dueAt: number;
}

export function outsideWrites(partition: Partition): OutsideWrites {
  const createAlone = async (run: NewRun): Promise<CreateReply> => {
    const reply = await createOnce(partition, run);
    if (reply.tag === "not_due") throw new RunfleetError("internal", `run ${run.id} waits for no due time`);
    return reply;
  };
  const createWithOthers = createTogether(partition, createAlone);
  return {
    createRun: async (run) => {
      checkNewRun(run);
      return await (isPlainChild(run) ? createWithOthers(run) : createAlone(run));
    },
    appendEvent: async ({ runId, event: { at, ...event }, dedupeId, confirms }) => {
      const { tag, rest } = await runScript(partition.redis, appendEvent, {
        keys: partition.keysOf(runId),
        values: {
          now: partition.now(),
          ...{ runId, at: at ?? "", eventTail: openObject(event), dedupeId: dedupeId ?? "" },
          confirms: confirms ?? "",
          inboxMax: limits.inboxEntriesMax,
        },
      });
      if (tag === "appended") return { tag, ...statusAndPool(rest) };
      return tag === "ended" ? { tag, status: rest[0] as RunStatus } : { tag };
    },
    answerGate: async (answer) => {
      const { tag, rest } = await runScript(partition.redis, answerGate, {
        keys: partition.keysOf(answer.runId),
        values: {
          now: partition.now(),
          runId: answer.runId,
          gate: answer.gate ?? "",
          verdict: answer.verdict,
          by: answer.by,
          eventTail: openObject({
            type: "gateAnswered",
            verdict: answer.verdict,
            by: answer.by,
            feedback: answer.feedback,
            selections: answer.selections,
            result: answer.result,
          }),
        },
      });
      const [first, second, third] = rest as readonly string[];
      switch (tag) {
        case "accepted":
          return { tag, address: first as string, pool: JSON.parse(second as string) as string };
        case "answered":
          return { tag, at: Number(first), verdict: second as string, by: third as string };
        case "ended":
          return { tag, status: first as RunStatus };
        case "late":
          return { tag, deadline: Number(first) };
        case "not_open":
        case "not_found":
          return { tag };
        default:
          return tag satisfies never;
      }
    },
    requestCancel: (request) => requestEnd(partition, request),
    retryRun: (request) => retryFailed(partition, request),
  };
}

async function requestEnd(
  partition: Partition,
  { runId, reason, by, confirms }: Parameters<RunStore["requestCancel"]>[0],
): Promise<CancelReply> {
  const end = cancelled(reason);
  const ending = await unownedEnding(partition, { runId, end, retentionMs: limits.endedRunKeptMs });
  if (ending === undefined) return { tag: "not_found" };
  const { tag, rest } = await runScript(partition.redis, requestCancel, {
    keys: ending.keys,
    values: {
      now: partition.now(),
      ...ending.values,
      ...{ runId, reason, by },
      eventTail: openObject({ type: "cancelRequested", reason, by }),
      channel: partition.channel,
      confirms: confirms ?? "",
      cancelledFacts: [
        factText({ type: "run.cancelling", reason, by }),
        factText({ type: "run.cancelled", reason }),
      ].join("\n"),
    },
  });
  if (tag === "cancelled") {
    const [rows, granted] = rest as [string[], string[]];
    await forgetRunsLater(partition, rows);
    return untakenCancelled(ending.run, toGranting(granted));
  }
  if (tag === "requested") return { tag, ...statusAndPool(rest), ...toGranting(rest[2] as string[]) };
  if (tag === "ended") return { tag, status: rest[0] as RunStatus };
  const cancel = tag === "already" ? toCancelRequest(rest) : undefined;
  return cancel === undefined ? { tag: "not_found" } : { tag: "already", cancel };
}

async function retryFailed(
  partition: Partition,
  { runId, by }: Parameters<RunStore["retryRun"]>[0],
): Promise<RetryReply> {
  const { tag, rest } = await runScript(partition.redis, retryRun, {
    keys: partition.keysOf(runId),
    values: {
      now: partition.now(),
      runId,
      eventTail: openObject({ type: "retryRequested", by }),
      fact: factText({ type: "run.retried", by }),
    },
  });
  if (tag === "retried") return { tag, ...statusAndPool(rest) };
  return tag === "not_failed" ? { tag, status: rest[0] as RunStatus } : { tag };
}

/** `due`: the schedule that starts the run, and the due time at which it must stand. */
export async function createOnce(
  partition: Partition,
  run: NewRun,
  due?: DueTime,
): Promise<CreateReply | { readonly tag: "not_due" }> {
  const keys = runKeys(partition.tag, run.id);
  const parent = run.parentId === undefined ? keys : runKeys(partition.tag, run.parentId);
  const key = run.idempotencyKey;
  const { tag, rest } = await runScript(partition.redis, createRun, {
    keys: withKeys(partition.keysOf(run.id), {
      idempotency: key === undefined ? keys.run : idempotencyKey(partition.tag, key),
      parentRun: parent.run,
      parentChildren: parent.children,
      schedule: due === undefined ? keys.run : scheduleKeys(partition.tag, due.schedule).schedule,
      published: publishedKey(partition.tag, run.workflow),
      runsWorkflow: workflowRunsKey(partition.tag, run.workflow),
    }),
    values: {
      now: partition.now(),
      ...creationValues(run),
      idempotencyMs: key === undefined ? "" : idempotencyKeptMs,
      parentId: run.parentId ?? "",
      rootId: run.rootId,
      dueAt: due?.dueAt ?? "",
      confirms: run.confirms ?? "",
    },
  });
  if (tag === "created") {
    const [isQueued, delayMs, granted] = rest as [string, string, string[]];
    const line = isQueued === "" ? ({ isInLine: true } as const) : {};
    const delay = delayMs === "0" ? {} : { delayMs: Number(delayMs) };
    return { tag, id: run.id, ...line, ...delay, ...toGranting(granted) };
  }
  if (tag !== "exists" && tag !== "conflict") return { tag };
  const [id, status] = rest as [string, RunStatus | undefined];
  if (tag === "conflict") return { tag, id };
  // The key names another run, or one that is gone; only the run itself says.
  return { tag, id, status: status ?? (await readStatus(partition, id)) ?? "expired" };
}

function creationValues(run: NewRun) {
  return {
    runId: run.id,
    digest: startDigest(run),
    definition: definitionText(run.definitionHash),
    newest: run.newestOnly === true ? run.definitionHash : "",
    withJob: run.withJob === true ? 1 : "",
    info: infoText(toRunInfo(run), run.sealed),
    workflow: run.workflow,
    pool: JSON.stringify(run.pool),
    row: runRow(run),
    label: run.parentId === undefined ? (run.label ?? "") : "",
    delayMs: run.delayMs ?? 0,
    delayMsMax,
    poolsMax: limits.scalingPoolsMax,
    permits: permitsText(run),
    ...rateValues(run),
    startedEvent: JSON.stringify(startedEvent(run)),
  };
}

async function readStatus(partition: Partition, runId: string): Promise<RunStatus | undefined> {
  const status = await withRedis("hget status", () =>
    partition.redis.hget(runKeys(partition.tag, runId).run, "status"),
  );
  return status === null ? undefined : (status as RunStatus);
}

function statusAndPool(rest: readonly unknown[]): { readonly status: RunStatus; readonly pool: string } {
  const [status, pool] = rest as [RunStatus, string];
  return { status, pool: JSON.parse(pool) as string };
}

/** JSON without its opening brace: the script puts members in front whose values only it knows. */
function openObject(members: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(members).slice(1);
}
