/**
 * One run as a tree for people: what it is, what it waits for, its steps in order, how it ended. Pure.
 * Attempts before the last one of a step are folded into the last one's line.
 */
import type { RunDocument, StepDocument } from "@runfleet/model";
import type { Colours } from "../terminal.js";
import { elapsed, oneLine, statusSign, statusWord, waitingFor } from "./words.js";

export interface TreeOptions {
  readonly colours: Colours;
  /** Epoch ms: how long open things have been open. */
  readonly now: number;
  readonly columns: number;
}

export function renderRun(run: RunDocument, options: TreeOptions): string {
  const { colours, now } = options;
  const label = run.label === null ? "" : `  ${colours.dim(run.label)}`;
  const dry = run.dryRun ? colours.yellow("  dry run") : "";
  const head = `${statusSign(run.status, colours)} ${colours.bold(run.workflow)}  ${run.id}  ${statusWord(run.status, colours)}  ${elapsed(run, now)}${label}${dry}`;
  return [
    head.trimEnd(),
    ...run.blockedOn.map((blocked) => `  ${colours.yellow("waits for")} ${waitingFor(blocked, now)}`),
    ...lastAttempts(run.steps).map((step) => stepLine(step, options)),
    ...ending(run, options),
  ].join("\n");
}

function lastAttempts(steps: readonly StepDocument[]): readonly StepDocument[] {
  const last = new Map<string, StepDocument>();
  for (const step of steps) {
    const known = last.get(step.address);
    if (known === undefined || known.attempt <= step.attempt) last.set(step.address, step);
  }
  return [...last.values()];
}

function stepLine(step: StepDocument, { colours, now, columns }: TreeOptions): string {
  // `b.2` lies directly in the body, `b.2.0@1.4` two levels below it.
  const indent = "  ".repeat(Math.max(1, step.address.split(".").length - 1));
  const facts = [
    step.kind,
    elapsed(step, now),
    step.attempt > 1 ? `attempt ${step.attempt}` : "",
    step.iteration > 0 ? `iteration ${step.iteration}` : "",
    step.markers.length > 0 ? `[${step.markers.join(" ")}]` : "",
    step.childRunId === null ? "" : `run ${step.childRunId}`,
  ].filter((fact) => fact !== "");
  const line = `${indent}${statusSign(step.status, colours)} ${step.name}  ${colours.dim(facts.join("  "))}`;
  if (step.error === null) return line;
  const why = oneLine(`${step.error.code}: ${step.error.message}`, Math.max(20, columns - indent.length - 4));
  return `${line}\n${indent}    ${colours.red(why)}`;
}

function ending(run: RunDocument, { colours }: TreeOptions): string[] {
  const { totals } = run;
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
  if (totals.hasLlmMetrics) {
    const tokens = `${totals.inputTokens} tokens in, ${totals.outputTokens} out`;
    lines.push(colours.dim(`  ${totals.costUsd.toFixed(4)} USD  ${totals.turns} turns  ${tokens}`));
  }
  return lines;
}
