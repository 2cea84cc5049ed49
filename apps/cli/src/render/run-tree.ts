/**
 * One run as a tree for people: what it is, what it waits for, its steps in order, how it ended. Pure.
 * A step is one line, from its last attempt; below it stand the attempts before, and what it said or why it failed.
 */
import type { RunDocument, StepDocument, Usage } from "@runfleet/model";
import type { Colours } from "../terminal.js";
import { elapsed, oneLine, shortTime, spent, statusSign, statusWord, waitingFor } from "./words.js";

export interface TreeOptions {
  readonly colours: Colours;
  /** Epoch ms: how long open things have been open. */
  readonly now: number;
  readonly columns: number;
}

export function renderRun(run: RunDocument, options: TreeOptions): string {
  const { colours, now } = options;
  const workers = new Map(
    run.currentSteps.map(({ address, attempt, worker }) => [`${address}#${attempt}`, worker]),
  );
  return [
    headLine(run, options),
    ...origin(run).map((line) => `  ${colours.dim(line)}`),
    ...stopping(run, now).map((line) => `  ${colours.yellow(line)}`),
    ...run.blockedOn.map((blocked) => `  ${colours.yellow("waits for")} ${waitingFor(blocked, now)}`),
    ...byStep(run.steps).flatMap((attempts) => stepLines(attempts, workers, options)),
    ...ending(run, options),
  ].join("\n");
}

function headLine(run: RunDocument, { colours, now }: TreeOptions): string {
  const label = run.label === null ? "" : `  ${colours.dim(run.label)}`;
  const dry = run.dryRun ? colours.yellow("  dry run") : "";
  const head = `${statusSign(run.status, colours)} ${colours.bold(run.workflow)}  ${run.id}  ${statusWord(run.status, colours)}  ${elapsed(run, now)}${label}${dry}`;
  return head.trimEnd();
}

/** Where the run comes from and who takes care of it; silent about what is as usual. */
function origin(run: RunDocument): string[] {
  const parent = run.parentId === null ? "" : `child of ${run.parentId} at ${run.parentAddress ?? "?"}`;
  const rerun = run.rerunOf === null ? "" : `rerun of ${run.rerunOf}`;
  const fork = run.forkOf === null ? "" : `fork of ${run.forkOf.runId} from ${run.forkOf.address}`;
  const hook = run.triggeredByHook ? "started by a hook" : "";
  const owner = run.owner === null ? "" : `on ${run.owner}, generation ${run.generation}`;
  const takeovers = run.recoveries === 0 ? "" : `${run.recoveries} takeovers without progress`;
  const facts = [parent, rerun, fork, hook, owner, takeovers].filter((fact) => fact !== "");
  return facts.length === 0 ? [] : [facts.join("  ")];
}

function stopping({ cancel }: RunDocument, now: number): string[] {
  if (cancel === null) return [];
  return [`cancel asked for by ${cancel.by} at ${shortTime(Date.parse(cancel.at), now)}: ${cancel.reason}`];
}

/** The attempts of each step, first to last, steps in the order they were opened. */
function byStep(steps: readonly StepDocument[]): readonly (readonly StepDocument[])[] {
  const known = new Map<string, StepDocument[]>();
  for (const step of steps) {
    const attempts = known.get(step.address);
    if (attempts === undefined) known.set(step.address, [step]);
    else attempts.push(step);
  }
  return [...known.values()].map((attempts) => attempts.sort((a, b) => a.attempt - b.attempt));
}

function stepLines(
  attempts: readonly StepDocument[],
  workers: ReadonlyMap<string, string | null>,
  options: TreeOptions,
): string[] {
  const step = attempts.at(-1);
  if (step === undefined) return [];
  const { colours, now, columns } = options;
  // `b.2` lies directly in the body, `b.2.0@1.4` two levels below it.
  const indent = "  ".repeat(Math.max(1, step.address.split(".").length - 1));
  const below = (text: string): string =>
    `${indent}    ${oneLine(text, Math.max(20, columns - indent.length - 4))}`;
  const worker = workers.get(`${step.address}#${step.attempt}`);
  const facts = [...factsOf(step, now), worker ? `on ${worker}` : ""].filter((fact) => fact !== "");
  return [
    `${indent}${statusSign(step.status, colours)} ${step.name}  ${colours.dim(facts.join("  "))}`,
    ...attempts.slice(0, -1).map((before) => colours.dim(below(earlierAttempt(before, now)))),
    ...(step.error === null ? said(step).map((text) => colours.dim(below(text))) : []),
    ...(step.error === null ? [] : [colours.red(below(`${step.error.code}: ${step.error.message}`))]),
  ];
}

function factsOf(step: StepDocument, now: number): string[] {
  const { progress } = step;
  return [
    step.kind,
    elapsed(step, now),
    step.attempt > 1 ? `attempt ${step.attempt}` : "",
    step.iteration > 0 ? `iteration ${step.iteration}` : "",
    step.markers.length > 0 ? `[${step.markers.join(" ")}]` : "",
    progress === null
      ? ""
      : `${progress.completed} completed, ${progress.failed} failed, ${progress.skipped} skipped of ${progress.total} items`,
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
function said({ kind, context, resultText }: StepDocument): string[] {
  // What became of a gate stands beside its name already.
  const other = kind === "gate" ? null : resultText;
  const text = (context ?? "").trim() === "" ? other : context;
  return text === null || text.trim() === "" ? [] : [text];
}

/** Time has its own place in the line. */
function usageWords(usage: Usage | null): string {
  return usage === null ? "" : spent(usage);
}

function ending(run: RunDocument, { colours }: TreeOptions): string[] {
  const lines: string[] = [];
  if (run.error !== null) lines.push(`  ${colours.red(`${run.error.code}: ${run.error.message}`)}`);
  if (run.summary !== null && run.summary !== "") {
    lines.push(
      ...run.summary
        .trimEnd()
        .split("\n")
        .map((line) => `  ${line}`),
    );
  }
  if (run.totals.hasLlmMetrics) lines.push(colours.dim(`  in all ${spent(run.totals)}`));
  return lines;
}
