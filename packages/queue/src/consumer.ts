/**
 * Hands the jobs of one pool to a handler and does with each what the handler's answer says. Knows BullMQ and nothing
 * of runs: whether a job should be parked is the handler's word, not decided here.
 *
 *   waiting → active → (parked, busy) → delayed → (time, wake) → waiting
 *                    → (yielded) → waiting
 *                    → (ended) → completed or failed
 *                    → (worker gone, lock run out) → waiting
 *
 * None of these ways counts as a BullMQ attempt; how often a run may be recovered is the store's decision.
 */

import { once } from "node:events";
import type { ConsumeOptions, Consumer, Disposition } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import type { ConnectionOptions, KeepJobs } from "bullmq";
import { DelayedError, ErrorCode, UnrecoverableError } from "bullmq";
import { isNoLongerHeld, scriptAnswer } from "./bull-errors.js";
import { parkedUntil } from "./delay-limits.js";
import { backendOnFleetTime } from "./fleet-time.js";
import { asError, callHandler, isStillParked } from "./handler-calls.js";
import type { LockRenewal } from "./lock-renewal.js";
import { createLockRenewal } from "./lock-renewal.js";
import { continuingPrecedence } from "./precedence.js";
import type { JobResult, RunJob } from "./run-worker.js";
import { RunWorker } from "./run-worker.js";
import { within } from "./within.js";

export interface ConsumerSettings {
  readonly connection: ConnectionOptions;
  /** The fleet's time, epoch ms. */
  readonly now: () => number;
  readonly prefix: string;
  readonly lockDurationMs: number;
  readonly stalledIntervalMs: number;
  readonly keepJobs: KeepJobs;
}

/** After a broken connection BullMQ rests this long before it fetches again; its own default is 15 s. */
const fetchRetryMs = 1_000;

/** BullMQ fails a job that was recovered more often than this; here the store decides (`crash_loop`). */
const recoveriesUnlimited = Number.MAX_SAFE_INTEGER;

/** Hanging up takes two round trips; when Redis does not answer, nobody else is waiting for a marker either. */
const hangUpMsMax = 1_000;

/**
 * How long closing waits for Redis when every handler has answered. BullMQ itself would wait until Redis is back. A job
 * that could not be put away by then comes back when its lock runs out.
 */
const closeMsMax = 3_000;

const yielded = { type: "yielded" } as const satisfies Disposition;

/** Takes jobs from now on; `ready` resolves when both connections of the worker work. */
export function createConsumer(
  options: ConsumeOptions,
  settings: ConsumerSettings,
): Consumer & { ready(): Promise<void> } {
  let stopping: Promise<unknown> | undefined;
  let closing: Promise<void> | undefined;
  const { now } = settings;
  const givenUp = new AbortController();
  const inHand = new Set<Promise<Disposition>>();

  const worker: RunWorker = new RunWorker(
    options.pool,
    async (job, token = "") => {
      // A job that was on its way when stopping began goes back untouched.
      if (stopping !== undefined) return settle(job, token, { worker, disposition: yielded, options, now });
      const handling = handle(job, token, { options, renewal, now });
      inHand.add(handling);
      try {
        const disposition = await handling;
        if (disposition.type === "ended") return end(job, disposition);
        return await settle(job, token, { worker, disposition, options, now });
      } finally {
        inHand.delete(handling);
      }
    },
    {
      connection: settings.connection,
      prefix: settings.prefix,
      autorun: false,
      concurrency: options.concurrency,
      lockDuration: settings.lockDurationMs,
      stalledInterval: settings.stalledIntervalMs,
      maxStalledCount: recoveriesUnlimited,
      skipLockRenewal: true,
      runRetryDelay: fetchRetryMs,
      removeOnComplete: settings.keepJobs,
      removeOnFail: settings.keepJobs,
    },
    backendOnFleetTime(settings.now),
  );
  worker.on("error", options.onError);

  const renewal = createLockRenewal({
    lockDurationMs: settings.lockDurationMs,
    extend: (jobIds, tokens) => worker.extendJobLocks(jobIds, tokens, settings.lockDurationMs),
    onError: options.onError,
  });

  worker.run().catch(options.onError);

  const pause = async (): Promise<void> => {
    stopping ??= within(hangUpMsMax, worker.hangUp()).catch(options.onError);
    await stopping;
  };

  const finish = async (): Promise<void> => {
    await pause();
    await Promise.all(inHand);
    const outcome = await within(closeMsMax, worker.close());
    if (outcome === "late") worker.abandon();
    givenUp.abort();
    renewal.stop();
  };

  return {
    ready: () => Promise.race([worker.waitUntilReady(), once(givenUp.signal, "abort").then(refuse)]),
    pause,
    close() {
      closing ??= finish();
      return closing;
    },
  };
}

async function handle(
  job: RunJob,
  token: string,
  { options, renewal, now }: { options: ConsumeOptions; renewal: LockRenewal; now: () => number },
): Promise<Disposition> {
  const { id: runId = "" } = job;
  const lock = renewal.hold({ jobId: runId, token, ageMs: now() - (job.processedOn ?? 0) });
  try {
    return await callHandler(lock, options);
  } finally {
    lock.release();
  }
}

interface Settlement {
  readonly worker: RunWorker;
  readonly disposition: Exclude<Disposition, Ended>;
  readonly options: ConsumeOptions;
  readonly now: () => number;
}

/** Puts the job of a run that goes on away as its disposition says; throws what makes BullMQ leave it alone from then on. */
async function settle(
  job: RunJob,
  token: string,
  { worker, disposition, options, now }: Settlement,
): Promise<never> {
  try {
    await move(job, token, { worker, disposition, options, now });
  } catch (error) {
    // Whatever went wrong: the job is with somebody else, or it comes back when its lock runs out.
    const why = isNoLongerHeld(error) ? "it had gone to somebody else" : asError(error).message;
    options.onError(new Error(`the job of run ${job.id} could not be put away: ${why}`, { cause: error }));
  }
  throw new DelayedError();
}

type Ended = Extract<Disposition, { type: "ended" }>;

/** Answers for a run that ended well or was cancelled; throws what makes BullMQ mark a failed run's job as failed. */
function end(job: RunJob, { status, error, isGone }: Ended): JobResult {
  if (isGone === true) job.opts.removeOnComplete = true;
  if (status !== "failed") return { status };
  // Where the queue was told is no place in the run's code.
  job.opts.stackTraceLimit = 0;
  throw new UnrecoverableError(error ?? "the run failed");
}

async function move(
  job: RunJob,
  token: string,
  { worker, disposition, options, now }: Settlement,
): Promise<void> {
  switch (disposition.type) {
    case "parked":
      await worker.putAway(job, token, parkedUntil(disposition.until, now()) - now());
      if (!(await isStillParked(disposition, options))) await promote(job);
      return;
    case "busy":
      await worker.putAway(job, token, disposition.retryAfterMs);
      return;
    case "yielded":
      await job.changePriority({ priority: continuingPrecedence });
      await job.moveToWait(token);
      return;
    default:
      return unknownDisposition(disposition);
  }
}

async function promote(job: RunJob): Promise<void> {
  try {
    await job.promote();
  } catch (error) {
    // Not delayed any more: somebody else woke it first.
    if (scriptAnswer(error) !== ErrorCode.JobNotInState) throw error;
  }
}

function refuse(): never {
  throw new RunfleetError("redis_unavailable", "the consumer was closed before Redis was reached");
}

function unknownDisposition(disposition: never): never {
  throw new RunfleetError("internal", `unknown disposition ${JSON.stringify(disposition)}`);
}
