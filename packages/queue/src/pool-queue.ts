/** One pool's queue as BullMQ object, with the settings all of ours share. Writes nothing by itself but what is asked. */
import { type ConnectionOptions, Queue } from "bullmq";
import type { JobData, JobResult } from "./run-worker.js";
import { backendOfSlimJobs } from "./slim-jobs.js";
import type { PoolQueue } from "./wake-job.js";

export interface PoolQueueOptions {
  readonly connection: ConnectionOptions;
  /** Hash tag of the partition. */
  readonly tag: string;
  readonly eventsMax: number;
  /** `reader` leaves the pool's settings alone, so that looking at a pool makes no key. */
  readonly role: "owner" | "reader";
  readonly onError: (error: Error) => void;
}

export function openPoolQueue(pool: string, options: PoolQueueOptions): PoolQueue {
  const settings = {
    connection: options.connection,
    prefix: options.tag,
    streams: { events: { maxLen: options.eventsMax } },
    // The connection's own policy decides whether a call waits for Redis or fails, so BullMQ must not wait before it.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    skipMetasUpdate: options.role === "reader",
  };
  const queue: PoolQueue = new Queue<JobData, JobResult>(pool, settings, backendOfSlimJobs);
  queue.on("error", options.onError);
  return queue;
}
