/** How an ended run is summed up for people and for its parent. Sizes are bounded; the newest results win. */
import type { ChildResult, RunState, StepEnd, StepResult } from "@runfleet/model";
import { limits } from "@runfleet/model";
import type { Ending } from "./decision.js";
import { defined, textRecord } from "./record.js";
import { truncateText, utf8Bytes } from "./text-size.js";
import type { Turn } from "./turn.js";

/** Longest summary: it is shown in lists of runs. */
const summaryBytesMax = 8 * 1024;

const labels: Readonly<Record<StepEnd["status"], string>> = {
  completed: "ok",
  failed: "FAIL",
  skipped: "skip",
  timed_out: "tout",
  cancelled: "stop",
};

/** Nothing while the run goes on. */
export function endingOf(turn: Turn): Ending | undefined {
  const { phase, bodyStatus: status, failure } = turn.state.core;
  if (phase !== "ended" || status === undefined) return undefined;
  const result = childResult(turn.state, status);
  return { status, summary: summary(turn, status), result, ...defined({ error: failure }) };
}

/** Name and counts, one line per step name (how it ended last), status, error. The counts are those of the lines. */
function summary(turn: Turn, status: Ending["status"]): string {
  const { failure } = turn.state.core;
  const { ends } = turn.state;
  const names = Object.keys(ends).sort((left, right) => ordinalOf(ends, left) - ordinalOf(ends, right));
  const counts = { completed: 0, failed: 0, skipped: 0, timed_out: 0, cancelled: 0 };
  let lines = "";
  for (const name of names) {
    const end = ends[name] as StepEnd;
    counts[end.status] += 1;
    lines += `\n  [${labels[end.status]}] ${name}${timesText(end)}`;
  }
  let head = `${turn.env.run.workflow}: ${counts.completed}/${names.length} steps completed`;
  for (const status of ["failed", "skipped", "timed_out", "cancelled"] as const)
    if (counts[status] > 0) head += `, ${counts[status]} ${status.replace("_", " ")}`;
  const error = failure === undefined ? "" : `\nError: ${failure.message}`;
  const last = truncateText(`Status: ${statusWord(status)}${error}`, summaryBytesMax / 2);
  return `${truncateText(head + lines, summaryBytesMax / 2 - 1)}\n${last}`;
}

function ordinalOf(ends: RunState["ends"], name: string): number {
  return ends[name]?.ordinal ?? 0;
}

function timesText({ times }: StepEnd): string {
  return times === 1 ? "" : ` (${times} times)`;
}

function statusWord(status: Ending["status"]): string {
  return status === "completed" ? "SUCCESS" : status.toUpperCase();
}

/** Latest completed results of the run's own steps, in the order of the steps. */
function ownResults({ results }: RunState): OwnResult[] {
  const own: OwnResult[] = [];
  for (const name of Object.keys(results)) {
    const result = results[name] as StepResult;
    const { ordinal, status } = result;
    if (ordinal !== undefined && status === "completed") own.push({ name, result, ordinal });
  }
  return own.sort((left, right) => left.ordinal - right.ordinal);
}

interface OwnResult {
  readonly name: string;
  readonly result: StepResult;
  readonly ordinal: number;
}

/** What the parent may use: markers and context of the last completed step, completed results, contexts. */
export function childResult(state: RunState, status: Ending["status"]): ChildResult {
  const own = ownResults(state);
  // Named parallel blocks have results as well, but no context: they are no steps.
  const last = own.findLast(({ name }) => Object.hasOwn(state.ends, name))?.result;
  const lastOutput = own.findLast(({ result }) => result.output !== undefined)?.result.output;
  const results = textRecord<ChildResult["results"][string]>();
  for (const { name, result } of newest(own, (one) => sizeOf(one.result))) {
    const { status: end, markers, context, output } = result;
    results[name] = { status: end, markers, context, ...defined({ output }) };
  }
  const entries = state.contexts.filter(({ bubbled }) => !bubbled);
  const contexts = newest(entries, (entry) => entry.bytes).map(({ step, context, markers, output }) => ({
    step,
    context,
    markers,
    ...defined({ output }),
  }));
  const { failure, totals } = state.core;
  return {
    status,
    markers: last?.markers ?? [],
    context: last?.context ?? "",
    totals,
    results,
    contexts,
    ...defined({ error: failure, output: lastOutput }),
  };
}

/** The last of the list that fit together into half of what a child may hand on, in their order. */
function newest<T>(list: readonly T[], bytesOf: (one: T) => number): T[] {
  let rest = limits.childResultBytesMax / 2;
  const kept = list.toReversed().filter((one) => {
    rest -= bytesOf(one);
    return rest >= 0;
  });
  return kept.reverse();
}

function sizeOf({ context, output = "", markers }: StepResult): number {
  return utf8Bytes(context) + utf8Bytes(output) + utf8Bytes(markers.join());
}
