/**
 * The steps of a run, in the order they were opened. A step is one line, from its last attempt; below it stand the attempts
 * before, what it said or why it failed, and what its child runs do. Pure.
 */
import type { RunDocument, StepDocument, StepStatus, Usage } from "@runfleet/model";
import type { TreeLine } from "./fit-lines.js";
import { progressBar, progressWords } from "./progress-bar.js";
import type { TreeOptions } from "./run-tree.js";
import { elapsed, oneLine, spent, statusSign } from "./words.js";

const barWidth = 20;

export function stepLines(run: RunDocument, options: TreeOptions): TreeLine[] {
  const workers = new Map(
    run.currentSteps.map(({ address, attempt, worker }) => [`${address}#${attempt}`, worker]),
  );
  return byStep(run.steps).flatMap((attempts) => linesOf(attempts, workers, options));
}

export function isOpenStep(status: StepStatus): boolean {
  return status === "pending" || status === "running" || status === "waiting";
}

/** `b.2` lies directly in the body, `b.2.0@1.4` two levels below it. */
export function indentOf({ address }: StepDocument): string {
  return "  ".repeat(Math.max(1, address.split(".").length - 1));
}

/** The attempts of each step, first to last. */
function byStep(steps: readonly StepDocument[]): readonly (readonly StepDocument[])[] {
  const known = new Map<string, StepDocument[]>();
  for (const step of steps) {
    const attempts = known.get(step.address);
    if (attempts === undefined) known.set(step.address, [step]);
    else attempts.push(step);
  }
  return [...known.values()].map((attempts) => attempts.sort((a, b) => a.attempt - b.attempt));
}

function linesOf(
  attempts: readonly StepDocument[],
  workers: ReadonlyMap<string, string | null>,
  options: TreeOptions,
): TreeLine[] {
  const step = attempts.at(-1);
  if (step === undefined) return [];
  const { colours, now, columns, spinner, below } = options;
  const indent = indentOf(step);
  const isOpen = isOpenStep(step.status);
  const detail = (text: string): TreeLine => ({
    text: `${indent}    ${oneLine(text, Math.max(20, columns - indent.length - 4))}`,
    rank: isOpen ? "detail" : "past",
  });
  const dim = (line: TreeLine): TreeLine => ({ ...line, text: colours.dim(line.text) });
  const worker = workers.get(`${step.address}#${step.attempt}`);
  const facts = [...factsOf(step, now), worker ? `on ${worker}` : ""].filter((fact) => fact !== "");
  const bar = isOpen && step.progress !== null ? `  ${progressBar(step.progress, colours, barWidth)}` : "";
  return [
    {
      text: `${indent}${statusSign(step.status, colours, spinner)} ${step.name}  ${colours.dim(facts.join("  "))}${bar}`,
      rank: isOpen ? "open" : "ended",
    },
    ...attempts.slice(0, -1).map((before) => dim(detail(earlierAttempt(before, now)))),
    ...(step.error === null
      ? said(step).map((text) => dim(detail(text)))
      : [failure(detail(`${step.error.code}: ${step.error.message}`), options)]),
    ...(below?.(step) ?? []),
  ];
}

/** Why something failed is missed as much as that it did. */
function failure(line: TreeLine, { colours }: TreeOptions): TreeLine {
  return { text: colours.red(line.text), rank: line.rank === "past" ? "ended" : line.rank };
}

function factsOf(step: StepDocument, now: number): string[] {
  const { progress } = step;
  return [
    step.kind,
    elapsed(step, now),
    step.attempt > 1 ? `attempt ${step.attempt}` : "",
    step.iteration > 0 ? `iteration ${step.iteration}` : "",
    step.markers.length > 0 ? `[${step.markers.join(" ")}]` : "",
    progress === null || isOpenStep(step.status) ? "" : progressWords(progress),
    step.childRunId === null ? "" : `run ${step.childRunId}`,
    step.keptFrom === null ? "" : `kept from run ${step.keptFrom}`,
    step.kind === "gate" ? (step.resultText ?? "") : "",
    usageWords(step.usage),
  ];
}

function earlierAttempt(step: StepDocument, now: number): string {
  const why = step.error === null ? "" : `: ${step.error.code}: ${step.error.message}`;
  const used = usageWords(step.usage);
  return `attempt ${step.attempt} ${step.status} after ${elapsed(step, now)}${used === "" ? "" : ` (${used})`}${why}`;
}

/** What the step left for later ones, else what is to say about it. */
function said({ kind, context, resultText, progress }: StepDocument): string[] {
  // What became of a gate or of items stands beside the name already.
  const other = kind === "gate" || progress !== null ? null : resultText;
  const text = (context ?? "").trim() === "" ? other : context;
  return text === null || text.trim() === "" ? [] : [text];
}

/** Time has its own place in the line. */
function usageWords(usage: Usage | null): string {
  return usage === null ? "" : spent(usage);
}
