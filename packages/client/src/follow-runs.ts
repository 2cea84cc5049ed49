/**
 * Waiting for a run: its events as they happen, its end. Truth is the run's record; the history stream and the message of
 * its end only say when to look. A wait ends when the run has ended, the caller aborts, or the client is closed.
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

/** An end is told by a message; looking finds what a broken connection did not tell. */
const looksPerResult = 5;

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
  const { store, time } = connections;
  const deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : time.monotonic() + timeoutMs;
  const stop = stopSignal(connections, options.signal);
  try {
    let hasEnded = isEnded((await readRun(connections, runId)).status);
    for (;;) {
      const document = hasEnded ? await readRunDocument(connections, runId) : undefined;
      // It may have been retried in between.
      if (document !== undefined && isEnded(document.status)) return document;
      const leftMs = deadline - time.monotonic();
      if (stop.signal.aborted) throw notEnded(runId, "when the wait was stopped");
      if (leftMs <= 0) throw notEnded(runId, `within ${timeoutMs} ms`);
      const waitMs = Math.min(looksPerResult * time.lookAgainMs, leftMs);
      hasEnded = await store.awaitEnd({ runId, waitMs, signal: stop.signal });
    }
  } finally {
    stop.release();
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
