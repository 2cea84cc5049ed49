/** What a worker does with each partition by itself: it feeds the sinks from each one's feed, and watches that it takes runs of each. */
import { partitionOf } from "@runfleet/model";
import { sharesOf } from "@runfleet/queue";
import type { ActionLog } from "../action.js";
import type { Clock } from "../clock.js";
import type { EventSink } from "../config.js";
import { type FetchWatch, watchFetches } from "../fetch-watch.js";
import { feedSinks, type SinkFeeds } from "../sinks.js";
import type { Ports } from "./open-ports.js";

/** As `FetchWatch`; the run says the partition. */
export interface RunWatch extends Pick<FetchWatch, "stuck" | "stop"> {
  took(pool: string, runId: string): void;
  gave(pool: string, runId: string): void;
}

export function watchPartitions(
  partitions: readonly Pick<Ports, "queue">[],
  worker: {
    readonly pools: readonly string[];
    readonly concurrency: number;
    readonly clock: Clock;
    readonly isHeard: () => boolean;
    readonly onError: (error: unknown) => void;
  },
): RunWatch {
  const { pools, clock, isHeard, onError, concurrency } = worker;
  const shares = sharesOf(concurrency, partitions.length);
  const watches = partitions.map(({ queue }, at) =>
    watchFetches({
      ...{ pools, clock, isHeard, onError, slots: shares[at] ?? 1 },
      backlog: (pool) => queue.backlog(pool, { dueBefore: clock.now() }),
    }),
  );
  return {
    took: (pool, runId) => watches[partitionOf(runId)]?.took(pool),
    gave: (pool, runId) => watches[partitionOf(runId)]?.gave(pool),
    stuck: () => watches.map((watch) => watch.stuck()).find((why) => why !== undefined),
    stop() {
      for (const watch of watches) watch.stop();
    },
  };
}

/** A sink gets one delivery at a time, as if there were one feed. */
export function feedPartitions(
  partitions: readonly Pick<Ports, "store">[],
  worker: { readonly sinks: readonly EventSink[]; readonly workerId: string; readonly log: ActionLog },
): SinkFeeds {
  const sinks = partitions.length === 1 ? worker.sinks : worker.sinks.map(oneAtATime);
  const feeds = partitions.map(({ store }) => feedSinks({ ...worker, store, sinks }));
  return { stop: async () => void (await Promise.all(feeds.map((feed) => feed.stop()))) };
}

/** One that does not heed its signal is not waited for: its next page would never come. */
function oneAtATime(sink: EventSink): EventSink {
  let before: Promise<unknown> = Promise.resolve();
  return {
    name: sink.name,
    deliver(events, context) {
      const delivery = before.then(() => {
        context.signal.throwIfAborted();
        return sink.deliver(events, context);
      });
      const aborted = new Promise((resolve) =>
        context.signal.addEventListener("abort", resolve, { once: true }),
      );
      before = Promise.race([delivery.catch(() => {}), aborted]);
      return delivery;
    },
  };
}
