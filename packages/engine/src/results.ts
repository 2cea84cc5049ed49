/**
 * What the run remembers of its steps: the latest result and end per name, the newest contexts, the variables they export,
 * the totals. Everything here is bounded; the oldest goes first.
 */
import type { ContextEntry, Failure, StepEnd, StepOutput, StepResult, Totals, Usage } from "@runfleet/model";
import { addUsage, limits, usageNames } from "@runfleet/model";
import { parsed } from "./json-text.js";
import { partName } from "./parts.js";
import { defined, member } from "./record.js";
import { utf8Bytes } from "./text-size.js";
import { core, type Turn, touch } from "./turn.js";

/** Names a step can never set for later steps. */
const reservedNames: ReadonlySet<string> = new Set(["workflow_run_id"]);

/** Sets the latest result under a name; conditions look at it from now on. */
export function setResult(turn: Turn, name: string, result: StepResult): void {
  touch(turn, partName.result(name));
  turn.state.results[name] = result;
  turn.variables = undefined;
}

/** Sets the result of a step that failed, was forgiven or was stopped: no markers, so conditions on it are false. */
export function setEmptyResult(
  turn: Turn,
  name: string,
  result: { status: StepResult["status"]; ordinal: number; error?: Failure | undefined },
): void {
  setResult(turn, name, { ...defined(result), markers: [], context: "" });
}

export interface NewContext extends Pick<StepOutput, "markers" | "context"> {
  readonly step: string;
  readonly iteration: number;
  readonly output?: string | undefined;
  readonly bubbled?: true | undefined;
}

/** Appends to `prior_contexts`, drops the oldest entries beyond the limits and exports the output's text members. */
export function appendContext(turn: Turn, entry: NewContext): void {
  const { nextContext } = core(turn);
  turn.state.core.nextContext = nextContext + 1;
  const { step, iteration, context, markers, output, bubbled } = entry;
  const bytes = utf8Bytes(context) + utf8Bytes(output ?? "") + utf8Bytes(markers.join());
  touch(turn, partName.context(nextContext));
  turn.state.contexts.push({
    n: nextContext,
    bytes,
    step,
    iteration,
    context,
    markers: [...markers],
    ...defined({ output, bubbled }),
  });
  dropOldContexts(turn);
  turn.variables = undefined;
  if (entry.output === undefined) return;
  if (entry.output !== turn.state.core.priorOutput) {
    touch(turn, partName.prior);
    turn.state.core.priorOutput = entry.output;
  }
  exportMembers(turn, entry.output);
}

/** Adds what an attempt of this run used: to its totals, and to what is still to be counted for its workflow. */
export function addOwnUsage(turn: Turn, usage: Usage | undefined): void {
  if (usage === undefined) return;
  addToTotals(turn, usage);
  const uncounted = { ...turn.state.core.uncounted };
  for (const name of usageNames) {
    const amount = usage[name] ?? 0;
    if (amount > 0) uncounted[name] = (uncounted[name] ?? 0) + amount;
  }
  if (Object.keys(uncounted).length > 0) core(turn).uncounted = uncounted;
}

/**
 * What is to be counted with this decision, and from then on is not any more. Time alone waits for company, so that a step
 * that used nothing else costs no further write: it is counted when the run stops working here (`goesOn` false).
 */
export function takeUncounted(turn: Turn, { goesOn }: { readonly goesOn: boolean }): Usage | undefined {
  const { uncounted } = turn.state.core;
  if (uncounted === undefined) return undefined;
  const isTimeAlone = Object.keys(uncounted).every((name) => name === "durationMs");
  if (goesOn && isTimeAlone) return undefined;
  delete core(turn).uncounted;
  return uncounted;
}

/** Adds what an attempt or a child used to the run's totals. A child's is counted by the child itself. */
export function addToTotals(turn: Turn, usage: Usage | Totals | undefined): void {
  if (usage === undefined) return;
  const totals = addUsage(turn.state.core.totals, usage);
  if ("hasLlmMetrics" in usage) totals.hasLlmMetrics ||= usage.hasLlmMetrics;
  core(turn).totals = totals;
}

/** Remembers how a step ended for good, whether it leaves a result or not. */
export function endStep(
  turn: Turn,
  { name, status, ordinal }: { name: string } & Omit<StepEnd, "times">,
): void {
  touch(turn, partName.end(name));
  const times = (member(turn.state.ends, name)?.times ?? 0) + 1;
  turn.state.ends[name] = { status, ordinal, times };
}

function dropOldContexts(turn: Turn): void {
  const { contexts } = turn.state;
  let bytes = contexts.reduce((sum, entry) => sum + entry.bytes, 0);
  let first: ContextEntry | undefined = contexts[0];
  while (
    first !== undefined &&
    (contexts.length > limits.contextEntriesMax ||
      (bytes > limits.contextEntriesBytesMax && contexts.length > 1))
  ) {
    touch(turn, partName.context(first.n));
    contexts.shift();
    bytes -= first.bytes;
    first = contexts[0];
  }
}

/** An output that is no object, or whose `markers` or `context` have another type, exports nothing. */
function exportMembers(turn: Turn, output: string): void {
  const found = textMembers(output);
  const { exports } = turn.state.core;
  if (isNewest(exports, found)) return;
  touch(turn, partName.exports);
  for (const [name, value] of found) {
    delete exports[name];
    exports[name] = value;
  }
  dropOldExports(exports);
}

/** True when setting the members again would change nothing, not even which of them goes first. */
function isNewest(exports: Readonly<Record<string, string>>, found: readonly [string, string][]): boolean {
  const newest = found.length === 0 ? [] : Object.entries(exports).slice(-found.length);
  return JSON.stringify(newest) === JSON.stringify(found);
}

function textMembers(output: string): [string, string][] {
  const value: unknown = parsed(output);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const { markers = [], context = "", ...extras } = value as Record<string, unknown>;
  const wellFormed = Array.isArray(markers) && markers.every((marker) => typeof marker === "string");
  if (!wellFormed || typeof context !== "string") return [];
  return Object.entries(extras).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && !reservedNames.has(entry[0]),
  );
}

function dropOldExports(exports: Record<string, string>): void {
  const sizes = Object.entries(exports).map(
    ([name, value]) => [name, utf8Bytes(name) + utf8Bytes(value)] as const,
  );
  let bytes = sizes.reduce((sum, [, size]) => sum + size, 0);
  for (const [name, size] of sizes) {
    if (bytes <= limits.exportsBytesMax) return;
    delete exports[name];
    bytes -= size;
  }
}
