/**
 * One run as a tree for people: what it is, what it waits for and how that is answered, its steps in order, how it ended.
 * Pure. Each line says how much it is missed where there is no room for all.
 */
import type { RunDocument, StepDocument } from "@runfleet/model";
import type { Colours } from "../terminal.js";
import type { Rank, TreeLine } from "./fit-lines.js";
import { howToAnswer } from "./how-to-answer.js";
import { stepLines } from "./step-lines.js";
import { elapsed, oneLine, shortTime, spent, statusSign, statusWord, waitingFor } from "./words.js";

export interface TreeOptions {
  readonly colours: Colours;
  /** Epoch ms: how long open things have been open. */
  readonly now: number;
  readonly columns: number;
  /** What a person types to reach this program, for hints: `npx runfleet`. */
  readonly program: string;
  /** Instead of the sign of what is running. */
  readonly spinner?: string;
  /** Lines below a step: what its child runs do. */
  readonly below?: (step: StepDocument) => readonly TreeLine[];
}

export function renderRun(run: RunDocument, options: TreeOptions): string {
  return [
    headLine(run, options),
    ...originLines(run, options),
    ...runLines(run, options),
    ...endLines(run, options),
  ]
    .map(({ text }) => text)
    .join("\n");
}

export function headLine(run: RunDocument, { colours, now, spinner }: TreeOptions): TreeLine {
  const label = run.label === null ? "" : `  ${colours.dim(run.label)}`;
  const dry = run.dryRun ? colours.yellow("  dry run") : "";
  const head = `${statusSign(run.status, colours, spinner)} ${colours.bold(run.workflow)}  ${run.id}  ${statusWord(run.status, colours)}  ${elapsed(run, now)}${label}${dry}`;
  return { text: head.trimEnd(), rank: "frame" };
}

/** Where the run comes from and who takes care of it; silent about what is as usual. */
export function originLines(run: RunDocument, { colours }: Pick<TreeOptions, "colours">): TreeLine[] {
  return origin(run).map((line) => ({ text: `  ${colours.dim(line)}`, rank: "detail" }));
}

/** Who wants to stop it, what it waits for, and its steps. */
export function runLines(run: RunDocument, options: TreeOptions): TreeLine[] {
  const { colours, now } = options;
  return [
    ...stopping(run, now).map((line): TreeLine => ({ text: `  ${colours.yellow(line)}`, rank: "open" })),
    ...run.blockedOn.flatMap((blocked) => waitLines(run.id, blocked, options)),
    ...stepLines(run, options),
  ];
}

/** How it ended, and what it has cost until now. */
function endLines(run: RunDocument, { colours }: Pick<TreeOptions, "colours">): TreeLine[] {
  const { error, summary, totals } = run;
  const said = summary === null || summary === "" ? [] : summary.trimEnd().split("\n");
  return [
    ...(error === null ? [] : [colours.red(`${error.code}: ${error.message}`)]),
    ...said,
    ...(totals.hasLlmMetrics ? [colours.dim(`in all ${spent(totals)}`)] : []),
  ].map((text) => ({ text: `  ${text}`, rank: "frame" }));
}

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

function waitLines(
  runId: string,
  blocked: RunDocument["blockedOn"][number],
  { colours, now, columns, program }: TreeOptions,
): TreeLine[] {
  const lineOf = (text: string, rank: Rank): TreeLine => ({ text: `  ${text}`, rank });
  const wait = lineOf(`${colours.yellow("waits for")} ${waitingFor(blocked, now)}`, "open");
  if (blocked.type !== "gate") return [wait];
  const answer = howToAnswer({ ...blocked, runId }, program);
  return [
    wait,
    ...(blocked.prompt === undefined ? [] : [lineOf(`  ${oneLine(blocked.prompt, columns - 4)}`, "open")]),
    ...(answer === undefined ? [] : [lineOf(`  ${colours.dim("answer:")} ${answer}`, "open")]),
  ];
}
