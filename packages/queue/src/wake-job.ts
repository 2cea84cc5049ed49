/** Brings the job of one run back: at once, soon, or out of the jobs that have ended. Knows nothing of runs. */

import type { WakeReply } from "@runfleet/model";
import type { Queue } from "bullmq";
import { ErrorCode, Job } from "bullmq";
import { isNoLongerHeld, scriptAnswer } from "./bull-errors.js";
import { continuingPrecedence } from "./precedence.js";
import type { JobData, JobResult } from "./run-worker.js";

export type PoolQueue = Queue<JobData, JobResult>;

/** BullMQ keeps the time of a delayed job in the upper bits of its score. */
export const scoresPerMs = 0x1000;

/** Makes a parked job due at `dueAt` (epoch ms of the fleet) unless it is due before. */
export async function wakeSoon(queue: PoolQueue, runId: string, dueAt: number): Promise<WakeReply> {
  const backend = queue.getBackend();
  const client = await backend.client;
  const score = await client.zscore(queue.toKey("delayed"), runId);
  // BullMQ counts a delay from this machine's time; one that is ahead by more than the delay wakes at once instead.
  const delayMs = dueAt - Date.now();
  if (score === null || delayMs <= 0) return await wakeJob(queue, runId);
  if (Number(score) / scoresPerMs <= dueAt) return "woken";
  try {
    await backend.changeDelay(runId, delayMs);
    return "woken";
  } catch (error) {
    if (scriptAnswer(error) === undefined) throw error;
    // It was handed out a moment ago, or is gone.
    return await wakeJob(queue, runId);
  }
}

export async function wakeJob(queue: PoolQueue, runId: string): Promise<WakeReply> {
  try {
    await queue.getBackend().promote(runId);
    return "woken";
  } catch (error) {
    if (scriptAnswer(error) !== ErrorCode.JobNotInState) throw error;
  }
  return await wakeEnded(queue, runId);
}

/** A failed run that is retried has a job that has failed. */
async function wakeEnded(queue: PoolQueue, runId: string): Promise<WakeReply> {
  const { isThere, isOver } = await lookAt(queue, runId);
  if (!isThere) return "missing";
  if (!isOver) return "not_parked";
  const job = await Job.fromId<JobData, JobResult>(queue, runId);
  if (!(await job?.isFailed())) return "ended";
  try {
    await job?.changePriority({ priority: continuingPrecedence });
    await job?.retry("failed");
    return "woken";
  } catch (error) {
    // Somebody else was faster.
    if (isNoLongerHeld(error)) return "not_parked";
    throw error;
  }
}

/** Somebody else may have revived or removed it a moment ago. */
export async function reviveJob(queue: PoolQueue, runId: string): Promise<void> {
  const job = await Job.fromId<JobData, JobResult>(queue, runId);
  if (!(await job?.isCompleted())) return;
  try {
    await job?.changePriority({ priority: continuingPrecedence });
    await job?.retry("completed");
  } catch (error) {
    if (!isNoLongerHeld(error)) throw error;
  }
}

/** One lookup; BullMQ's own question for a job's state reads whole lists. */
export async function lookAt(
  queue: PoolQueue,
  runId: string,
): Promise<{ readonly isThere: boolean; readonly isOver: boolean }> {
  const client = await queue.getBackend().client;
  const [name, finishedOn] = await client.hmget(queue.toKey(runId), "name", "finishedOn");
  return { isThere: typeof name === "string", isOver: typeof finishedOn === "string" };
}
