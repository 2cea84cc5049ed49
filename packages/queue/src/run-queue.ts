/**
 * Wake-ups for runs over BullMQ: one job per run, its id the run's id, its name the workflow's. Carries no truth: a
 * wake-up too many is harmless, and a run whose job is lost is put here again. Reads no list of jobs, ever.
 */

import type { ConsumeOptions, Consumer, QueueJob, RunQueue } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import type { ConnectionOptions, JobsOptions, KeepJobs, RedisConnectionClient } from "bullmq";
import { ErrorCode } from "bullmq";
import { asking, scriptAnswer } from "./bull-errors.js";
import { createConsumer } from "./consumer.js";
import { checkSchedule } from "./delay-limits.js";
import { checkPool, checkRunId } from "./job-address.js";
import type { KeepEnded } from "./keep-ended.js";
import { keepEndedDefault } from "./keep-ended.js";
import { openPoolQueue } from "./pool-queue.js";
import { continuingPrecedence, precedenceOf } from "./precedence.js";
import { readBacklog } from "./read-backlog.js";
import type { JobData } from "./run-worker.js";
import { lookAt, type PoolQueue, reviveJob, wakeJob, wakeSoon } from "./wake-job.js";

export interface RunQueueOptions {
  /**
   * An ioredis client. It stays the caller's: it is used and never closed. `consume` needs `maxRetriesPerRequest: null`
   * and opens one connection of its own per consumer, for the blocking wait.
   */
  readonly connection: RedisConnectionClient;
  /** Hash tag of the partition, e.g. `{rf:0}`; every key of the queue begins with it. */
  readonly tag: string;
  /** How long a job stays with a worker that is not heard of. Default 10 s, the lease's. */
  readonly lockDurationMs?: number;
  /** How often somebody looks for jobs of dead workers. Default 1 s: a takeover comes at most about that much late. */
  readonly stalledIntervalMs?: number;
  /** What Bull Board can show of ended runs, per pool, completed and failed each. Default 10,000 jobs, 7 days. */
  readonly keepEnded?: KeepEnded;
  /** The fleet's time, epoch ms, by which parked jobs are handed out. Default: this machine's. */
  readonly now?: () => number;
  /** Length of the stream of queue events. Default 50: nothing of ours reads it, and a JavaScript Redis copies it at every write. */
  readonly eventsMax?: number;
  /** Told of errors that belong to no call, e.g. a lost connection. Default: nobody; the connection tells its owner too. */
  readonly onError?: (error: Error) => void;
}

/** Throws nothing and opens nothing until it is used. Calls throw `redis_unavailable` when Redis fails them. */
export function createRunQueue(options: RunQueueOptions): RunQueue {
  const queues = new Map<string, PoolQueue>();
  const consumers = new Set<Consumer>();
  const { ageMs, count } = options.keepEnded ?? keepEndedDefault;
  const keepJobs: KeepJobs = { age: Math.ceil(ageMs / 1000), count };
  const onError = options.onError ?? (() => {});
  const connection: ConnectionOptions = options.connection;
  const now = options.now ?? Date.now;
  let closing: Promise<void> | undefined;

  const opened = (pool: string, role: "owner" | "reader"): PoolQueue => {
    checkPool(pool);
    if (closing !== undefined) throw new RunfleetError("invalid_usage", "the queue is closed");
    const known = queues.get(pool);
    if (known !== undefined) return known;
    const eventsMax = options.eventsMax ?? 50;
    return openPoolQueue(pool, { ...{ connection, tag: options.tag, onError }, eventsMax, role });
  };
  const open = (pool: string): PoolQueue => {
    const queue = opened(pool, "owner");
    queues.set(pool, queue);
    return queue;
  };
  /** Of a pool that nobody has put a run into here, whoever asks: it must not leave a key, nor an object, for each name. */
  const looking = async <T>(pool: string, look: (queue: PoolQueue) => Promise<T>): Promise<T> => {
    const queue = opened(pool, "reader");
    try {
      return await asking(look(queue));
    } finally {
      if (queues.get(pool) !== queue) queue.close().catch(onError);
    }
  };

  const consume = async (wanted: ConsumeOptions): Promise<Consumer> => {
    // Writes the pool's settings (length of the event stream) before the first job is taken.
    open(wanted.pool);
    const consumer = createConsumer(wanted, {
      ...{ connection, now },
      prefix: options.tag,
      lockDurationMs: options.lockDurationMs ?? 10_000,
      stalledIntervalMs: options.stalledIntervalMs ?? 1_000,
      keepJobs,
    });
    consumers.add(consumer);
    await asking(consumer.ready());
    return consumer;
  };

  const close = async (): Promise<void> => {
    await Promise.all([...consumers].map((consumer) => consumer.close()));
    await Promise.all([...queues.values()].map((queue) => queue.close()));
  };

  return {
    async add(job) {
      checkRunId(job.runId);
      checkSchedule(job);
      const parents = open(job.parentPool ?? job.pool);
      await asking(addJob({ queue: open(job.pool), parents }, job, now()));
    },
    wake: async (runId, pool, { withinMs = 0 } = {}) => {
      const dueAt = now() + withinMs;
      return asking(withinMs > 0 ? wakeSoon(open(pool), runId, dueAt) : wakeJob(open(pool), runId));
    },
    revive: async (runId, pool) => asking(reviveJob(open(pool), runId)),
    remove: async (runId, pool) => {
      await asking(open(pool).remove(runId, { removeChildren: false }));
    },
    consume,
    backlog: (pool, { dueBefore }) => looking(pool, (queue) => readBacklog(queue, dueBefore)),
    counts: (pool) => looking(pool, countJobs),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

async function addJob(
  { queue, parents }: { readonly queue: PoolQueue; readonly parents: PoolQueue },
  job: QueueJob,
  now: number,
): Promise<void> {
  const { runId, workflow, label, delayMs, parentRunId, isNew = false } = job;
  const priority = precedenceOf(job);
  const data: JobData = label === undefined ? {} : { label };
  const options: JobsOptions = {
    jobId: runId,
    timestamp: now,
    attempts: 1,
    ...(delayMs === undefined ? {} : { delay: delayMs }),
    ...(priority === continuingPrecedence ? {} : { priority }),
  };
  if (parentRunId === undefined) {
    await queue.add(workflow, data, options);
    return;
  }
  // Adding a child again links it again, and a child that failed before would then be waited for for ever.
  if (!isNew && (await lookAt(queue, runId)).isThere) return;
  const parent = { id: parentRunId, queue: parents.qualifiedName };
  try {
    await queue.add(workflow, data, { ...options, parent, ignoreDependencyOnFailure: true });
  } catch (error) {
    await addOrphan(error, () => queue.add(workflow, data, options));
  }
}

/** The link is for the eye only: without the parent's job the child is put in the queue alone. */
async function addOrphan(error: unknown, addAlone: () => Promise<unknown>): Promise<void> {
  switch (scriptAnswer(error)) {
    case ErrorCode.ParentJobNotExist:
      await addAlone();
      return;
    // Somebody added this run a moment ago, before its parent's job came (back) into being.
    case ErrorCode.ParentJobCannotBeReplaced:
      return;
    default:
      throw error;
  }
}

async function countJobs(queue: PoolQueue): ReturnType<RunQueue["counts"]> {
  const counted = await queue.getJobCounts(
    "waiting",
    "prioritized",
    "active",
    "delayed",
    "completed",
    "failed",
  );
  const count = (state: string): number => counted[state] ?? 0;
  return {
    waiting: count("waiting") + count("prioritized"),
    active: count("active"),
    delayed: count("delayed"),
    completed: count("completed"),
    failed: count("failed"),
  };
}
