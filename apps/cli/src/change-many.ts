/** `cancel` and `retry` of many runs: the options that choose them, a line of progress, and what has come of it. */
import type { ManyDocument, ManyOptions, RunFilter } from "@runfleet/client";
import { RunfleetError, type RunStatus } from "@runfleet/model";
import { type Command, Option } from "commander";
import type { Cli } from "./cli.js";
import { duration, wholeNumber } from "./parse-options.js";
import { createScreen } from "./render/screen.js";
import { shortTime } from "./render/words.js";

export interface ManyChoices {
  readonly status?: RunStatus;
  readonly workflow?: string;
  readonly label?: string;
  readonly labelPrefix?: string;
  readonly olderThan?: number;
  readonly all?: boolean;
  readonly limit?: number;
  readonly rate?: number;
  readonly dryRun?: boolean;
}

const interrupted = 130;
const countMax = 10_000_000;

export function addManyOptions(command: Command, statuses: readonly RunStatus[]): Command {
  return command
    .addOption(
      new Option("--status <status>", "instead of one run: all root runs in this status").choices([
        ...statuses,
      ]),
    )
    .option("--workflow <name>", "all root runs of this workflow")
    .option("--label <text>", "all root runs with exactly this label")
    .option("--label-prefix <text>", "all root runs whose label begins so")
    .option("--older-than <duration>", "only those created at least so long ago", duration("--older-than"))
    .option("--all", "all root runs of the fleet, when nothing else chooses")
    .option("--limit <n>", "at most so many runs", wholeNumber("--limit", { min: 1, max: countMax }))
    .option("--rate <n>", "runs per second; default: 100", wholeNumber("--rate", { min: 1, max: 1_000 }))
    .option("--dry-run", "change nothing, say how many runs and which");
}

/** The run that was named; nothing when runs are chosen instead. Throws `invalid_usage` for both or neither. */
export function oneRun(runId: string | undefined, choices: ManyChoices): string | undefined {
  const { status, workflow, label, labelPrefix, olderThan, all, limit, rate, dryRun } = choices;
  const isChosen = [status, workflow, label, labelPrefix, olderThan, all].some((one) => one !== undefined);
  const isShaped = [limit, rate, dryRun].some((one) => one !== undefined);
  if (runId !== undefined && (isChosen || isShaped)) {
    throw new RunfleetError("invalid_usage", "name one run, or choose many with options, not both");
  }
  if (runId === undefined && !isChosen) {
    const message =
      "name a run, or choose runs with --status, --workflow, --label, --label-prefix or --older-than, or --all of them";
    throw new RunfleetError("invalid_usage", message);
  }
  return runId;
}

/** `past`: what the runs are afterwards, "asked to cancel". */
export async function changeMany(
  cli: Cli,
  choices: ManyChoices,
  {
    past,
    change,
  }: {
    readonly past: string;
    readonly change: (filter: RunFilter, options: ManyOptions) => Promise<ManyDocument>;
  },
): Promise<void> {
  const { terminal } = cli;
  const isJson = cli.globals().json === true;
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once("SIGINT", onInterrupt);
  const screen = terminal.isInteractive && !isJson ? createScreen(terminal) : undefined;
  const onProgress = (progress: ManyDocument): void => {
    if (progress.matched % 10 === 1) screen?.draw([counts(progress, past)]);
  };
  try {
    const result = await change(filterOf(choices), { ...shapeOf(choices), onProgress, signal: stop.signal });
    screen?.clear();
    if (isJson) terminal.printJson(result);
    else tell(cli, result, past);
    if (result.failed > 0) cli.setExitCode(1);
    if (result.ended === "stopped") cli.setExitCode(interrupted);
  } finally {
    screen?.release();
    process.off("SIGINT", onInterrupt);
  }
}

function filterOf({ status, workflow, label, labelPrefix, olderThan, all }: ManyChoices): RunFilter {
  return {
    ...(status === undefined ? {} : { status }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(label === undefined ? {} : { label }),
    ...(labelPrefix === undefined ? {} : { labelPrefix }),
    ...(olderThan === undefined ? {} : { olderThanMs: olderThan }),
    ...(all === undefined ? {} : { all }),
  };
}

function shapeOf({ limit, rate, dryRun }: ManyChoices): ManyOptions {
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(rate === undefined ? {} : { perSecond: rate }),
    ...(dryRun === undefined ? {} : { dryRun }),
  };
}

const endings: Readonly<Record<ManyDocument["ended"], string>> = {
  running: "",
  done: "",
  limit: "; stopped at --limit, there may be more",
  stopped: "; stopped, the same command goes on with the rest",
};

function tell({ terminal }: Cli, result: ManyDocument, past: string): void {
  terminal.print(`${counts(result, past)}${endings[result.ended]}`);
  for (const { id, code, message } of result.failures) terminal.note(`${id}: ${code}: ${message}`);
  if (!result.dryRun) return;
  const now = Date.now();
  for (const { id, workflow, status, label, createdAt } of result.sample) {
    terminal.print(
      `  ${id}  ${workflow}  ${status}  ${shortTime(Date.parse(createdAt), now)}  ${label ?? ""}`.trimEnd(),
    );
  }
  const more = result.matched - result.sample.length;
  if (more > 0) terminal.print(`  … and ${more} more`);
}

function counts({ dryRun, matched, changed, skipped, failed }: ManyDocument, past: string): string {
  if (dryRun) return `${matched} runs would be ${past}`;
  const left = Object.entries(skipped).map(([code, count]) => `, ${count} skipped (${code})`);
  return `${changed} runs ${past}${left.join("")}${failed === 0 ? "" : `, ${failed} failed`}`;
}
