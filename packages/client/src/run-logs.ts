/**
 * A run's log: a page of it, or line by line while the run goes on. Nothing tells of a new line, so a follower looks again
 * when the history goes on, and after a while anyway: a log is written with the history, or half a second later.
 */
import { isEnded, type LogLine, limits } from "@runfleet/model";
import type { Connections } from "./connections.js";
import { stopSignal } from "./follow-runs.js";
import type { LogLineDocument, LogOptions, LogPage, LogsOptions } from "./log-documents.js";
import { pageRequest } from "./page-request.js";
import { readRun } from "./read-runs.js";
import { isoTime } from "./run-document.js";

export async function readLog(
  connections: Connections,
  runId: string,
  { step, ...page }: LogOptions,
): Promise<LogPage> {
  const { limit, cursor } = pageRequest("log", page);
  await readRun(connections, runId);
  const { rows, cursor: next = null } = await connections.store.readLog({
    ...{ runId, limit },
    ...(step === undefined ? {} : { step }),
    ...(cursor === undefined ? {} : { after: cursor }),
  });
  return { lines: rows.map(lineDocument), cursor: next };
}

export async function* followLog(
  connections: Connections,
  runId: string,
  options: LogsOptions,
): AsyncGenerator<LogLineDocument, undefined> {
  const stop = stopSignal(connections, options.signal);
  const { store, time } = connections;
  const { step } = options;
  let { after } = options;
  try {
    while (!stop.signal.aborted) {
      // In this order: an end that the record does not show yet comes after the newest event, and whatever was said before
      // an end that it shows is in the log.
      const newest = await store.newestEventId(runId);
      const { status } = await readRun(connections, runId);
      after = yield* readOn(connections, {
        runId,
        ...(step === undefined ? {} : { step }),
        ...(after === undefined ? {} : { after }),
      });
      if (isEnded(status) || options.until === "log") return;
      const blockMs = time.lookAgainMs / 2;
      await store.followHistory({ runId, after: newest, blockMs, signal: stop.signal });
    }
  } finally {
    stop.release();
  }
}

/** What is in the log; answers the id of the last line. */
async function* readOn(
  { store }: Connections,
  from: { readonly runId: string; readonly step?: string; readonly after?: string },
): AsyncGenerator<LogLineDocument, string | undefined> {
  let { after } = from;
  for (;;) {
    const { rows, cursor } = await store.readLog({
      ...from,
      ...(after === undefined ? {} : { after }),
      limit: limits.pageRowsMax,
    });
    yield* rows.map(lineDocument);
    after = rows.at(-1)?.id ?? after;
    if (cursor === undefined) return after;
  }
}

function lineDocument({ at, leftOut, ...line }: LogLine): LogLineDocument {
  return { ...line, at: isoTime(at), leftOut: leftOut ?? null };
}
