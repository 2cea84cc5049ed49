/**
 * The queues of several partitions as one: the job of a run lies where the run does, and each partition has its share of a
 * consumer's places, so that none waits for another.
 */
import {
  type ConsumeOptions,
  type Consumer,
  type PoolBacklog,
  placeOf,
  type RunQueue,
} from "@runfleet/model";

type Counts = Awaited<ReturnType<RunQueue["counts"]>>;

/** In the order of the partitions. They are closed with it. */
export function createPartitionedQueue(partitions: readonly RunQueue[]): RunQueue {
  const of = (runId: string): RunQueue => placeOf(runId, partitions);
  const fromAll = <T>(ask: (queue: RunQueue) => Promise<T>): Promise<T[]> => Promise.all(partitions.map(ask));
  return {
    add: (job) => of(job.runId).add(job),
    wake: (runId, pool, options) => of(runId).wake(runId, pool, options),
    revive: (runId, pool) => of(runId).revive(runId, pool),
    remove: (runId, pool) => of(runId).remove(runId, pool),
    consume: (options) => consumeAll(partitions, options),
    backlog: async (pool, options) => addBacklogs(await fromAll((queue) => queue.backlog(pool, options))),
    counts: async (pool) => addCounts(await fromAll((queue) => queue.counts(pool))),
    close: async () => void (await fromAll((queue) => queue.close())),
  };
}

/** Places of each partition: as even as can be, and one at least. */
export function sharesOf(concurrency: number, partitions: number): readonly number[] {
  return Array.from({ length: partitions }, (_, at) => {
    const share = Math.floor(concurrency / partitions) + (at < concurrency % partitions ? 1 : 0);
    return Math.max(1, share);
  });
}

async function consumeAll(partitions: readonly RunQueue[], options: ConsumeOptions): Promise<Consumer> {
  const shares = sharesOf(options.concurrency, partitions.length);
  const consumers = await Promise.all(
    partitions.map((queue, at) => queue.consume({ ...options, concurrency: shares[at] ?? 1 })),
  );
  return {
    pause: async () => void (await Promise.all(consumers.map((consumer) => consumer.pause()))),
    close: async () => void (await Promise.all(consumers.map((consumer) => consumer.close()))),
  };
}

/** A pool is paused when it is in each partition: in another one runs are still taken. */
function addBacklogs(backlogs: readonly PoolBacklog[]): PoolBacklog {
  const sum = (of: (backlog: PoolBacklog) => number): number =>
    backlogs.reduce((all, backlog) => all + of(backlog), 0);
  return {
    ready: sum(({ ready }) => ready),
    waiting: sum(({ waiting }) => waiting),
    dueSoon: sum(({ dueSoon }) => dueSoon),
    active: sum(({ active }) => active),
    next: backlogs.flatMap(({ next }) => next),
    ...(backlogs.every(({ isPaused }) => isPaused === true) ? { isPaused: true as const } : {}),
  };
}

function addCounts(counts: readonly Counts[]): Counts {
  const sum = (state: keyof Counts): number => counts.reduce((all, each) => all + each[state], 0);
  return {
    waiting: sum("waiting"),
    active: sum("active"),
    delayed: sum("delayed"),
    completed: sum("completed"),
    failed: sum("failed"),
  };
}
