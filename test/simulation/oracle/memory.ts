/**
 * What later steps can see of earlier ones, as the oracle keeps it: whole lists and plain look-ups, no parts, no
 * limits. Variables are put together anew each time somebody asks.
 */
import type { Condition, Failure, StepEnd, StepResult, Totals, Usage } from "@runfleet/model";
import { addUsage, zeroTotals } from "@runfleet/model";
import { stable } from "./lines.js";
import type { Program } from "./programs.js";

export interface Found {
  readonly step: string;
  readonly iteration: number;
  readonly context: string;
  readonly markers: readonly string[];
  readonly output?: string | undefined;
  readonly bubbled?: true;
}

export type Memory = ReturnType<typeof createMemory>;

export function createMemory({ run, injected, secrets }: Pick<Program, "run" | "injected" | "secrets">) {
  const results = new Map<string, StepResult>();
  const ends = new Map<string, StepEnd>();
  const contexts: Found[] = [];
  const exports = new Map<string, string>();
  let totals: Totals = zeroTotals();
  // Secrets are masked here; what the worker performs itself is told the values.
  let inputs: Record<string, string> = { ...run.inputs };
  let priorOutput: string | undefined;
  let feedback: string | undefined;
  let ordinals = 0;

  function exportTexts(output: string): void {
    const value = jsonOf(output);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    const { markers, context, ...others } = value as Record<string, unknown>;
    if (markers !== undefined && !isTexts(markers)) return;
    if (context !== undefined && typeof context !== "string") return;
    for (const [name, text] of Object.entries(others)) {
      if (typeof text === "string" && name !== "workflow_run_id") exports.set(name, text);
    }
  }

  function variablesOver(lowest: Readonly<Record<string, string>>): Record<string, string> {
    const prior = contexts.map(({ step, iteration, context, markers, output }) => {
      return { step, iteration, context, markers, structured_output: output ?? null, output_file: null };
    });
    return {
      ...lowest,
      ...injected,
      workflow_run_id: run.id,
      prior_context: contexts.at(-1)?.context ?? "",
      prior_contexts: JSON.stringify(prior),
      ...(feedback !== undefined && { gate_feedback: feedback }),
      ...(priorOutput !== undefined && { prior_output: priorOutput }),
      dry_run: String(run.dryRun),
      ...Object.fromEntries([...exports].filter(([name]) => !(name in injected) && !(name in secrets))),
    };
  }

  return {
    takeOrdinal: () => ordinals++,
    inputs: () => inputs,
    revealedInputs: () => ({ ...inputs, ...secrets }),
    beginAlways(bodyStatus: string) {
      inputs = { ...run.inputs, workflow_status: bodyStatus };
    },
    hear(text: string | undefined) {
      if (text !== undefined) feedback = text;
    },
    feedback: () => feedback,
    spend(usage: Usage | Totals | undefined) {
      if (usage === undefined) return;
      totals = addUsage(totals, usage);
      if ("hasLlmMetrics" in usage && usage.hasLlmMetrics) totals.hasLlmMetrics = true;
    },
    find(entry: Found) {
      contexts.push(entry);
      if (entry.output === undefined) return;
      priorOutput = entry.output;
      exportTexts(entry.output);
    },
    setResult: (name: string, result: StepResult) => void results.set(name, result),
    /** A step without a success leaves no markers, whatever an earlier one of its name had left. */
    setEmptyResult(
      name: string,
      end: { status: StepResult["status"]; ordinal: number; error?: Failure | undefined },
    ) {
      const { error, ...rest } = end;
      results.set(name, { ...rest, ...(error && { error }), markers: [], context: "" });
    },
    result: (name: string) => results.get(name),
    endStep(name: string, status: StepEnd["status"], ordinal: number) {
      ends.set(name, { status, ordinal, times: (ends.get(name)?.times ?? 0) + 1 });
    },
    holds(condition: Condition): boolean {
      if (condition.kind === "input") return inputs[condition.input]?.toLowerCase() === "true";
      return results.get(condition.step)?.markers.includes(condition.marker) ?? false;
    },
    /** A member of a step's structured output. */
    outputMember(step: string, field: string): unknown {
      const value = jsonOf(results.get(step)?.output ?? "");
      return typeof value === "object" && value !== null
        ? (value as Record<string, unknown>)[field]
        : undefined;
    },
    variables: (failed: Readonly<Record<string, string>> = {}) => variablesOver({ ...inputs, ...failed }),
    /** The same with the values of secrets. */
    revealed: (failed: Readonly<Record<string, string>> = {}) =>
      variablesOver({ ...inputs, ...secrets, ...failed }),
    handedOn: () => handedOnLine(results, ends, contexts),
    lines: () =>
      rememberedLines({
        totals,
        contexts,
        results,
        ends,
        exports: Object.fromEntries(exports),
        priorOutput,
        feedback,
      }),
  };
}

/** What a run hands to its parent: what its last completed step left (a named block is none), completed results, own contexts. */
function handedOnLine(
  results: ReadonlyMap<string, StepResult>,
  ends: ReadonlyMap<string, StepEnd>,
  contexts: readonly Found[],
): string {
  const own = [...results]
    .filter(([, { ordinal, status }]) => ordinal !== undefined && status === "completed")
    .sort(([, left], [, right]) => (left.ordinal ?? 0) - (right.ordinal ?? 0));
  const last = own.findLast(([name]) => ends.has(name))?.[1];
  return stable({
    markers: last?.markers ?? [],
    context: last?.context ?? "",
    output: own.findLast(([, { output }]) => output !== undefined)?.[1].output,
    results: Object.fromEntries(
      own.map(([name, { status, markers, context, output }]) => [name, { status, markers, context, output }]),
    ),
    contexts: contexts
      .filter(({ bubbled }) => !bubbled)
      .map(({ step, context, markers, output }) => ({ step, context, markers, output })),
  });
}

/** What is remembered at the end, one line per thing; the engine's state is put into the same words. */
export function rememberedLines(all: {
  readonly totals: Totals;
  readonly contexts: readonly Found[];
  readonly results: ReadonlyMap<string, StepResult>;
  readonly ends: ReadonlyMap<string, StepEnd>;
  readonly exports: Readonly<Record<string, string>>;
  readonly priorOutput: string | undefined;
  readonly feedback: string | undefined;
}): string[] {
  const named = (what: string, map: ReadonlyMap<string, unknown>) =>
    [...map].map(([name, value]) => `${what} ${name} ${stable(value)}`).sort();
  const { totals, contexts, exports, priorOutput, feedback } = all;
  return [
    `totals ${stable(totals)}`,
    ...contexts.map((entry) => `context ${stable(entry)}`),
    ...named("result", all.results),
    ...named("end", all.ends),
    `exports ${stable(exports)}`,
    `words ${stable({ priorOutput, feedback })}`,
  ];
}

/** Nothing for what is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** The text with its placeholders filled in; `missing` says what becomes of unknown names. */
export function filled(
  text: string,
  variables: Readonly<Record<string, string>>,
  { missing, quote = (value) => value }: { missing: "keep" | "strip"; quote?: (value: string) => string },
): string {
  return text.replace(/\{\{(.*?)\}\}/gs, (written: string, inner: string) => {
    const name = inner.trim();
    const value =
      variables[name] ?? (name.startsWith("inputs.") ? variables[name.slice("inputs.".length)] : undefined);
    if (value === undefined) return missing === "keep" ? written : "";
    return quote(value);
  });
}

export function filledAll(
  texts: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
  missing: "keep" | "strip",
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, filled(text, variables, { missing })]),
  );
}

/** The list `from` names: an input, else a member of a step's output. */
export function sourceOf(memory: Memory, filter: Readonly<Record<string, string>>): { source?: string } {
  const { from } = filter;
  if (from === undefined) return {};
  const [step = "", field = ""] = from.split(".");
  const value = memory.inputs()[from] ?? memory.outputMember(step, field);
  if (value === undefined) return {};
  return { source: typeof value === "string" ? value : JSON.stringify(value) };
}
