/**
 * The same change to many runs: a walk over the lists of runs, page by page, newest first, one run after the other at a
 * limited rate. What is chosen is looked at once; a run that has changed since is skipped. Stopping it at any point and
 * beginning anew is harmless.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
  isRunfleetError,
  limits,
  RunfleetError,
  type RunRecord,
  type RunStatus,
  wholeNumberProblem,
} from "@runfleet/model";
import { cancelRun, retryRun } from "./change-runs.js";
import { checkLabels, checkName } from "./check-start-options.js";
import { chosenPages } from "./chosen-runs.js";
import type { ManyDocument } from "./client-documents.js";
import type { CancelManyOptions, ManyOptions, RunFilter } from "./client-options.js";
import type { Connections } from "./connections.js";
import { isoTime } from "./run-document.js";

/** One kind of change: the statuses of runs it is for, and how it is made. */
interface Change {
  readonly verb: string;
  readonly statuses: readonly RunStatus[];
  readonly make: (connections: Connections, runId: string) => Promise<void>;
}

const sampleMax = 10;
const failuresMax = 100;
const defaultPerSecond = 100;
/** One after the other, no client is faster; more of them at once would only make Redis slow for workers. */
const perSecondMax = 1_000;

/** Refusals that say that the run is no longer what the filter chose. */
const changedSince: ReadonlySet<string> = new Set(["run_ended", "run_not_found", "retry_refused"]);

export function cancelMany(
  connections: Connections,
  filter: RunFilter,
  { reason, by, ...options }: CancelManyOptions,
): Promise<ManyDocument> {
  const words = { ...(reason === undefined ? {} : { reason }), ...(by === undefined ? {} : { by }) };
  const make: Change["make"] = (to, runId) => cancelRun(to, runId, words);
  return changeMany(
    connections,
    { verb: "cancelled", statuses: ["pending", "running", "waiting"], make },
    { filter, options },
  );
}

export function retryMany(
  connections: Connections,
  filter: RunFilter,
  { by, ...options }: ManyOptions,
): Promise<ManyDocument> {
  const words = by === undefined ? {} : { by };
  const make: Change["make"] = (to, runId) => retryRun(to, runId, words);
  return changeMany(connections, { verb: "retried", statuses: ["failed"], make }, { filter, options });
}

interface Asked {
  readonly filter: RunFilter;
  readonly options: Omit<ManyOptions, "by">;
}

async function changeMany(connections: Connections, change: Change, asked: Asked): Promise<ManyDocument> {
  check(change, asked);
  const { filter, options } = asked;
  const tally = newTally(options.dryRun ?? false);
  const take = takesRuns(connections, change, { options, tally });
  let pages = 0;
  for await (const { runs, next } of chosenPages(connections, {
    ...change,
    filter,
    cursor: options.cursor,
  })) {
    for (const run of runs) {
      const ended = await take(run);
      if (ended !== undefined) return { ...tally, ended, cursor: null };
    }
    pages += 1;
    if (next !== undefined && pages === options.pages) return { ...tally, ended: "limit", cursor: next };
  }
  return { ...tally, ended: "done", cursor: null };
}

/** Changes one run after the other, not too fast. Answers why it took none. */
function takesRuns(
  connections: Connections,
  change: Change,
  { options, tally }: { readonly options: Asked["options"]; readonly tally: Tally },
): (run: RunRecord) => Promise<"stopped" | "limit" | undefined> {
  const { limit = Number.POSITIVE_INFINITY, perSecond = defaultPerSecond, onProgress, signal } = options;
  const begun = performance.now();
  return async (run) => {
    if (signal?.aborted === true || connections.closing.aborted) return "stopped";
    if (tally.matched >= limit) return "limit";
    const due = begun + (tally.matched * 1_000) / perSecond;
    if (!tally.dryRun) await pause(Math.max(0, due - performance.now()));
    tally.matched += 1;
    if (tally.sample.length < sampleMax) tally.sample.push(sampleOf(run));
    if (!tally.dryRun) await changeOne(connections, change, { run, tally });
    onProgress?.({ ...tally, ended: "running", cursor: null });
    return undefined;
  };
}

type Tally = ReturnType<typeof newTally>;

function newTally(dryRun: boolean) {
  return {
    dryRun,
    matched: 0,
    changed: 0,
    skipped: {} as Record<string, number>,
    failed: 0,
    failures: [] as { id: string; code: string; message: string }[],
    sample: [] as ReturnType<typeof sampleOf>[],
  };
}

async function changeOne(
  connections: Connections,
  change: Change,
  { run, tally }: { readonly run: RunRecord; readonly tally: Tally },
): Promise<void> {
  try {
    await change.make(connections, run.id);
    tally.changed += 1;
  } catch (error) {
    // Whoever cannot reach Redis now will not reach it for the next run either.
    if (!isRunfleetError(error) || error.code === "redis_unavailable") throw error;
    const { code, message } = error;
    if (changedSince.has(code)) {
      tally.skipped[code] = (tally.skipped[code] ?? 0) + 1;
      return;
    }
    tally.failed += 1;
    if (tally.failures.length < failuresMax) tally.failures.push({ id: run.id, code, message });
  }
}

function check({ verb, statuses }: Change, { filter, options }: Asked): void {
  const { workflow, status, label, labelPrefix, olderThanMs, ids, all } = filter;
  const others = [workflow, label, labelPrefix, olderThanMs];
  const isEmpty = [status, ids, ...others].every((one) => one === undefined);
  if (isEmpty && all !== true) {
    throw usage(
      "the filter is empty; name a workflow, a status, a label or an age, or say that all runs are meant",
    );
  }
  if (ids !== undefined && ids.length > limits.pageRowsMax) {
    throw usage(`${ids.length} runs are named; name at most ${limits.pageRowsMax} at once`);
  }
  if (ids !== undefined && others.some((one) => one !== undefined)) {
    throw usage("runs that are named are not chosen by workflow, label or age besides");
  }
  if (status !== undefined && !statuses.includes(status)) {
    throw usage(`runs that are ${status} cannot be ${verb}; only those that are ${statuses.join(", ")}`);
  }
  checkName("workflow name", workflow);
  checkLabels(filter);
  const max = Number.MAX_SAFE_INTEGER;
  const problem =
    wholeNumberProblem({ what: "olderThanMs", value: olderThanMs, min: 0, max }) ??
    wholeNumberProblem({ what: "limit", value: options.limit, min: 1, max }) ??
    wholeNumberProblem({ what: "pages", value: options.pages, min: 1, max }) ??
    wholeNumberProblem({ what: "perSecond", value: options.perSecond, min: 1, max: perSecondMax });
  if (problem !== undefined) throw usage(problem);
}

function usage(message: string): RunfleetError {
  return new RunfleetError("invalid_usage", message);
}

function sampleOf({ id, workflow, status, label, createdAt }: RunRecord) {
  return { id, workflow, status, label: label ?? null, createdAt: isoTime(createdAt) };
}
