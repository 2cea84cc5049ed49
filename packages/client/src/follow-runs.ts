/**
 * Waiting for a run: its events as they happen, its end. Truth is the run's record; the history stream only says
 * when to look. A wait ends when the run has ended, the caller aborts, or the client is closed.
 */
import {
  type HistoryEvent,
  isEnded,
  limits,
  type RunDocument,
  RunfleetError,
  type StopSignal,
} from "@runfleet/model";
import type { EventsOptions, ResultOptions } from "./client-options.js";
import type { Connections } from "./connections.js";
import { readRun, readRunDocument } from "./read-runs.js";

/** Before every id of a stream. */
const streamStart = "0-0";

const endings: ReadonlySet<string> = new Set(["run.completed", "run.failed", "run.cancelled"]);

export async function* followEvents(
  connections: Connections,
  runId: string,
  options: EventsOptions,
): AsyncGenerator<HistoryEvent, undefined> {
  const stop = stopSignal(connections, options.signal);
  let after = options.after ?? streamStart;
  try {
    while (!stop.signal.aborted) {
      // Asked before reading: whatever the run did before its end is in the history then.
      const { status } = await readRun(connections, runId);
      after = yield* readOn(connections, runId, { after });
      if (isEnded(status) || options.until === "history") return;
      after = yield* waitOn(connections, runId, { after, signal: stop.signal });
    }
  } finally {
    stop.release();
  }
}

/** What is in the history after `after`; answers the last id. */
async function* readOn(
  { store }: Connections,
  runId: string,
  from: { readonly after: string },
): AsyncGenerator<HistoryEvent, string> {
  let after = from.after;
  for (;;) {
    const events = await store.readHistory({ runId, after, limit: limits.pageRowsMax });
    yield* events;
    const last = events.at(-1);
    if (last === undefined) return after;
    after = last.id;
  }
}

/** What is added after `after`, until it is quiet for a while or the run says that it ends; answers the last id. */
async function* waitOn(
  { store, time }: Connections,
  runId: string,
  from: { readonly after: string; readonly signal: StopSignal },
): AsyncGenerator<HistoryEvent, string> {
  const { signal } = from;
  let after = from.after;
  while (!signal.aborted) {
    const events = await store.followHistory({ runId, after, blockMs: time.lookAgainMs, signal });
    yield* events;
    after = events.at(-1)?.id ?? after;
    if (events.length === 0 || events.some(({ type }) => endings.has(type))) break;
  }
  return after;
}

/** Throws `timeout` when the run has not ended in time, and when the wait is stopped. */
export async function awaitResult(
  connections: Connections,
  runId: string,
  options: ResultOptions,
): Promise<RunDocument> {
  const { timeoutMs } = options;
  const { time } = connections;
  const deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : time.monotonic() + timeoutMs;
  const stop = stopSignal(connections, options.signal);
  try {
    for (;;) {
      // In this order on one connection: an end that the record does not show yet comes after the newest event.
      const [after, { status }] = await Promise.all([
        connections.store.newestEventId(runId),
        readRun(connections, runId),
      ]);
      if (isEnded(status)) return await readRunDocument(connections, runId);
      const leftMs = deadline - time.monotonic();
      if (stop.signal.aborted) throw notEnded(runId, "when the wait was stopped");
      if (leftMs <= 0) throw notEnded(runId, `within ${timeoutMs} ms`);
      await untilEnding(connections, runId, {
        after,
        waitMs: Math.min(time.lookAgainMs, leftMs),
        signal: stop.signal,
      });
    }
  } finally {
    stop.release();
  }
}

/** Resolves when the history tells of the end, and after `waitMs` anyway. */
async function untilEnding(
  { store, time }: Connections,
  runId: string,
  wait: { readonly after: string; readonly waitMs: number; readonly signal: StopSignal },
): Promise<void> {
  const deadline = time.monotonic() + wait.waitMs;
  let { after } = wait;
  while (!wait.signal.aborted) {
    const blockMs = Math.ceil(deadline - time.monotonic());
    if (blockMs <= 0) return;
    const events = await store.followHistory({ runId, after, blockMs, signal: wait.signal });
    if (events.some(({ type }) => endings.has(type))) return;
    after = events.at(-1)?.id ?? after;
  }
}

function notEnded(runId: string, when: string): RunfleetError {
  return new RunfleetError("timeout", `run ${runId} had not ended ${when}`, { details: { runId } });
}

/** Aborted by the caller or by the client's `close`, whichever comes first. */
export function stopSignal(
  { closing }: Connections,
  caller: StopSignal | undefined,
): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const sources = caller === undefined ? [closing] : [closing, caller];
  for (const source of sources) {
    if (source.aborted) stop();
    source.addEventListener("abort", stop);
  }
  const release = (): void => {
    for (const source of sources) source.removeEventListener("abort", stop);
  };
  return { signal: controller.signal, release };
}
