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
  const ends = Object.entries(turn.state.ends).sort(([, left], [, right]) => left.ordinal - right.ordinal);
  const countOf = (status: StepEnd["status"]) => ends.filter(([, end]) => end.status === status).length;
  const extra = (["failed", "skipped", "timed_out", "cancelled"] as const)
    .filter((status) => countOf(status) > 0)
    .map((status) => `, ${countOf(status)} ${status.replace("_", " ")}`);
  const lines = ends.map(([name, end]) => `  [${labels[end.status]}] ${name}${timesText(end)}`);
  const last = [
    `Status: ${statusWord(status)}`,
    ...(failure === undefined ? [] : [`Error: ${failure.message}`]),
  ];
  const head = [
    `${turn.env.run.workflow}: ${countOf("completed")}/${ends.length} steps completed${extra.join("")}`,
    ...lines,
  ];
  const lastText = truncateText(last.join("\n"), summaryBytesMax / 2);
  return `${truncateText(head.join("\n"), summaryBytesMax / 2 - 1)}\n${lastText}`;
}

function timesText({ times }: StepEnd): string {
  return times === 1 ? "" : ` (${times} times)`;
}

function statusWord(status: Ending["status"]): string {
  return status === "completed" ? "SUCCESS" : status.toUpperCase();
}

/** Latest results of the run's own steps, in the order of the steps. */
function ownResults(state: RunState): [string, StepResult][] {
  return Object.entries(state.results)
    .flatMap(([name, result]) =>
      result.ordinal === undefined ? [] : [{ name, result, ordinal: result.ordinal }],
    )
    .sort((left, right) => left.ordinal - right.ordinal)
    .map(({ name, result }) => [name, result]);
}

/** What the parent may use: markers and context of the last completed step, completed results, contexts. */
export function childResult(state: RunState, status: Ending["status"]): ChildResult {
  const own = ownResults(state).filter(([, result]) => result.status === "completed");
  // Named parallel blocks have results as well, but no context: they are no steps.
  const last = own.findLast(([name]) => Object.hasOwn(state.ends, name))?.[1];
  const lastOutput = own.findLast(([, result]) => result.output !== undefined)?.[1].output;
  const results = textRecord<ChildResult["results"][string]>();
  for (const [name, { status: end, markers, context, output }] of newest(own, ([, result]) =>
    sizeOf(result),
  )) {
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
  return list
    .toReversed()
    .filter((one) => {
      rest -= bytesOf(one);
      return rest >= 0;
    })
    .toReversed();
}

function sizeOf({ context, output = "", markers }: StepResult): number {
  return utf8Bytes(context) + utf8Bytes(output) + utf8Bytes(markers.join());
}
