/**
 * Feeds the configured sinks from the feed of all runs. The feed and each sink's place in it lie in the store, so the
 * next worker goes on where one died. A sink that throws or hangs is logged and asked again later; runs do not notice.
 *
 *   busy → held → (deliver a page, move on)* → nothing new: rest
 *                 (not taken) → rest, each time longer, then the same page again
 */
import type { SinkFeed } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import type { ActionLog } from "./action.js";
import type { EventSink } from "./config.js";
import { watchEscapes } from "./escaped-errors.js";
import { failureOf } from "./outcomes.js";

export interface SinkTiming {
  /** A worker that died is followed by another one after this. Longer than `deliverMs`. */
  readonly claimMs: number;
  /** Longest delivery of one page. */
  readonly deliverMs: number;
  /** Between two looks when there is nothing new. */
  readonly idleMs: number;
  /** Between two looks while another worker feeds the sink. */
  readonly busyMs: number;
  /** After the first failure in a row, doubled with each further one. */
  readonly retryMs: number;
  readonly retryMsMax: number;
}

const defaultTiming: SinkTiming = {
  claimMs: 30_000,
  deliverMs: 20_000,
  idleMs: 1_000,
  busyMs: 10_000,
  retryMs: 1_000,
  retryMsMax: 60_000,
};

/** Events of one delivery. */
const pageRows = 200;

export interface SinkFeeds {
  /** Ends deliveries and gives places back, so that another worker goes on at once. Never rejects. */
  stop(): Promise<void>;
}

interface FeedOptions {
  readonly store: SinkFeed;
  readonly workerId: string;
  readonly log: ActionLog;
  readonly timing: SinkTiming;
}

/** Throws `invalid_config` when two sinks have one name. */
export function feedSinks(
  options: Omit<FeedOptions, "timing"> & {
    readonly sinks: readonly EventSink[];
    readonly timing?: Partial<SinkTiming>;
  },
): SinkFeeds {
  const { sinks } = options;
  const names = sinks.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    throw new RunfleetError(
      "invalid_config",
      `sink "${twice}" is configured twice; each would get half of the events`,
    );
  }
  const feeds = sinks.map((sink) =>
    feed(sink, { ...options, timing: { ...defaultTiming, ...options.timing } }),
  );
  return {
    async stop() {
      await Promise.all(feeds.map((one) => one.stop()));
    },
  };
}

function feed(sink: EventSink, options: FeedOptions): SinkFeeds {
  const { store, workerId, log, timing } = options;
  const stopping = new AbortController();
  const claim = { sink: sink.name, workerId, ttlMs: timing.claimMs };
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  /** One page at most; answers how long to rest. */
  const round = async (): Promise<number> => {
    const place = await store.claimSink(claim);
    if (place.tag === "busy") return timing.busyMs;
    const { events, isCut } = await store.readFleetEvents({ after: place.after, limit: pageRows });
    const last = events.at(-1);
    if (last === undefined) return timing.idleMs;
    if (isCut)
      log.error("sink was too far behind: events before this one are lost to it", {
        ...named(sink),
        id: last.id,
      });
    await delivered(sink, { events, deliverMs: timing.deliverMs, stopping: stopping.signal });
    const moved = await store.claimSink({ ...claim, after: last.id });
    return moved.tag === "busy" ? timing.busyMs : 0;
  };

  const restAfter = async (): Promise<number> => {
    try {
      const restMs = await round();
      failures = 0;
      return restMs;
    } catch (error) {
      if (stopping.signal.aborted) return 0;
      failures += 1;
      const restMs = Math.min(timing.retryMs * 2 ** (failures - 1), timing.retryMsMax);
      log.warn("sink was not fed, trying again later", {
        ...named(sink),
        restMs,
        error: failureOf(error).message,
      });
      return restMs;
    }
  };

  let working: Promise<void> = Promise.resolve();
  const go = (): void => {
    working = restAfter().then((restMs) => {
      if (stopping.signal.aborted) return;
      timer = setTimeout(go, restMs);
      timer.unref();
    });
  };
  go();

  return {
    async stop() {
      stopping.abort(new Error("the worker stops"));
      clearTimeout(timer);
      await working;
      // A place that is not given back is free when its time is over.
      await store.claimSink({ ...claim, ttlMs: 0 }).catch(() => undefined);
    },
  };
}

/** Resolves when the sink took the page; rejects when it threw, took too long, or the worker stops. */
async function delivered(
  sink: EventSink,
  page: {
    readonly events: Parameters<EventSink["deliver"]>[0];
    readonly deliverMs: number;
    readonly stopping: AbortSignal;
  },
): Promise<void> {
  const { events, deliverMs, stopping } = page;
  stopping.throwIfAborted();
  const controller = new AbortController();
  const end = (reason: string) => () => controller.abort(new Error(reason));
  const timer = setTimeout(end(`took longer than ${deliverMs} ms`), deliverMs);
  const atStop = end("the worker stops");
  stopping.addEventListener("abort", atStop);
  const { signal } = controller;
  const cut = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
  // One that never listens to its signal is left alone: nobody takes its answer any more.
  const taken = watchEscapes(named(sink), async () => sink.deliver(events, { signal }));
  try {
    await Promise.race([taken, cut]);
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener("abort", atStop);
  }
}

function named({ name }: EventSink): { readonly sink: string } {
  return { sink: name };
}
