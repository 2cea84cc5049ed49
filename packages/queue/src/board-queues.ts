/**
 * The pools' queues for Bull Board, which wants BullMQ's own objects. Whoever has one can do to jobs whatever BullMQ can;
 * runs survive that, since a job is only a wake-up.
 */
import { RunfleetError } from "@runfleet/model";
import type { RedisConnectionClient } from "bullmq";
import { checkPool } from "./job-address.js";
import { openPoolQueue } from "./pool-queue.js";
import type { PoolQueue } from "./wake-job.js";

export interface BoardQueuesOptions {
  /** An ioredis client. It stays the caller's: it is used and never closed. */
  readonly connection: RedisConnectionClient;
  /** Hash tag of the partition, e.g. `{rf:0}`. */
  readonly tag: string;
  /** Told of errors that belong to no call, e.g. a lost connection. */
  readonly onError: (error: Error) => void;
}

export interface BoardQueues {
  /** The same object for the same pool. Throws `invalid_usage` for a name that cannot be a pool, and after `close`. */
  queue(pool: string): PoolQueue;
  close(): Promise<void>;
}

/** Length of the stream of queue events; see `RunQueueOptions`. */
const eventsMax = 50;

/** Opens and writes nothing until a queue is used. */
export function openBoardQueues(options: BoardQueuesOptions): BoardQueues {
  const queues = new Map<string, PoolQueue>();
  let isClosed = false;
  return {
    queue(pool) {
      checkPool(pool);
      if (isClosed) throw new RunfleetError("invalid_usage", "the queues are closed");
      const known = queues.get(pool);
      if (known !== undefined) return known;
      const queue = openPoolQueue(pool, { ...options, eventsMax, role: "reader" });
      queues.set(pool, queue);
      return queue;
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}
