/**
 * Reads the errors of BullMQ and of the Redis driver: which answer of a script they carry, and whether Redis itself is
 * the trouble. Decides nothing about what happens next.
 */

import { isRunfleetError, RunfleetError } from "@runfleet/model";
import { ErrorCode } from "bullmq";

/** The negative answer of a BullMQ script that this error stands for, if it stands for one. */
export function scriptAnswer(error: unknown): ErrorCode | undefined {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === "number" && code < 0 ? code : undefined;
}

const goneAnswers: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
]);

/** True when a job could not be moved because it no longer is in this worker's hands: lock lost, or removed by hand. */
export function isNoLongerHeld(error: unknown): boolean {
  const answer = scriptAnswer(error);
  return answer !== undefined && goneAnswers.has(answer);
}

/** Replies of Redis that say "I will not", as opposed to "you asked nonsense". */
const refusal =
  /^(LOADING|READONLY|MASTERDOWN|MOVED|ASK|CLUSTERDOWN|TRYAGAIN|MISCONF|OOM|BUSY|NOAUTH|NOPERM|WRONGPASS|NOREPLICAS)\b/;

/**
 * Passes a result on. Errors become `redis_unavailable` when the connection or Redis is at fault, `internal` when a
 * script or a command was wrong; answers of BullMQ's scripts and our own errors stay what they are.
 */
export function asking<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw translate(error);
  });
}

function translate(error: unknown): unknown {
  if (!(error instanceof Error) || isRunfleetError(error) || scriptAnswer(error) !== undefined) return error;
  const isWrong = error instanceof TypeError || (error.name === "ReplyError" && !refusal.test(error.message));
  const code = isWrong ? "internal" : "redis_unavailable";
  return new RunfleetError(code, `the queue cannot use Redis: ${error.message}`, { cause: error });
}
