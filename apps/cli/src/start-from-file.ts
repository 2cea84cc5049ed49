/** `runfleet start WORKFLOW --many FILE`: starts what a file of JSON lines says, and tells what became of each line. */
import { resolve } from "node:path";
import type { FleetClient, StartEntry, StartManyOutcome, StartOptions } from "@runfleet/client";
import { errorCodes, isRunfleetError, RunfleetError } from "@runfleet/model";
import type { Cli } from "./cli.js";
import { type ReadStart, readStarts } from "./read-starts.js";
import { withTracedFleet } from "./with-fleet.js";
import { looksLikeFile, readFilesBeside, readWorkflowFile } from "./workflow-files.js";

/** Refused lines shown to a person; `--json` has all. */
const refusedShownMax = 20;

export async function startFromFile(
  cli: Cli,
  asked: { readonly workflow: string; readonly file: string; readonly options: StartOptions },
): Promise<void> {
  const { terminal, cwd } = cli;
  await withTracedFleet(cli, async (fleet) => {
    const starts = await readStarts(resolve(cwd, asked.file), { ...asked.options, workflow: asked.workflow });
    const workflow = await publishedName(fleet, asked.workflow, cwd);
    const entries = starts.map(({ entry }) => ({
      ...entry,
      workflow: entry.workflow === asked.workflow ? workflow : entry.workflow,
    }));
    const outcomes = await startedAll(fleet, entries, {
      nameOf: (index) => `${asked.file}:${starts[index]?.line ?? "?"}`,
      onProgress: (done) => {
        if (terminal.isInteractive) terminal.note(`${done} of ${entries.length}`);
      },
    });
    if (cli.globals().json === true)
      terminal.printJson({ runs: outcomes.map((each, n) => rowOf(each, starts[n])) });
    else printSummary(cli, outcomes, starts);
    const refused = outcomes.find((outcome) => outcome.type === "refused");
    if (refused?.type === "refused") cli.setExitCode(errorCodes[refused.error.code].exitCode);
  });
}

/** As `startMany`, but an entry that cannot be started is called by its line. */
async function startedAll(
  fleet: FleetClient,
  entries: readonly StartEntry[],
  {
    nameOf,
    onProgress,
  }: { readonly nameOf: (index: number) => string; readonly onProgress: (done: number) => void },
): Promise<readonly StartManyOutcome[]> {
  try {
    return await fleet.startMany(entries, { onProgress });
  } catch (cause) {
    throw calledByLine(cause, nameOf);
  }
}

function calledByLine(cause: unknown, nameOf: (index: number) => string): unknown {
  const index = isRunfleetError(cause) ? cause.details["index"] : undefined;
  if (!isRunfleetError(cause) || typeof index !== "number") return cause;
  const message = cause.message.replace(/^entry \d+/, nameOf(index));
  return new RunfleetError(cause.code, message, { details: cause.details, cause });
}

/** A file is published first, with the workflows beside it. */
async function publishedName(fleet: FleetClient, workflow: string, cwd: string): Promise<string> {
  if (!looksLikeFile(workflow)) return workflow;
  const file = await readWorkflowFile(workflow, cwd);
  const [published] = await fleet.publish([file, ...(await readFilesBeside(file, cwd))]);
  return published?.name ?? workflow;
}

function rowOf(outcome: StartManyOutcome, start: ReadStart | undefined) {
  const line = start?.line ?? null;
  if (outcome.type === "refused") {
    const { code, message } = outcome.error;
    return { line, id: null, status: null, isRepeat: null, error: { code, message } };
  }
  const { id, status, isRepeat } = outcome.run;
  return { line, id, status, isRepeat, error: null };
}

function printSummary(cli: Cli, outcomes: readonly StartManyOutcome[], starts: readonly ReadStart[]): void {
  const rows = outcomes.map((outcome, index) => rowOf(outcome, starts[index]));
  const refused = rows.filter(({ error }) => error !== null);
  const repeated = rows.filter(({ isRepeat }) => isRepeat === true).length;
  const started = rows.length - refused.length - repeated;
  cli.terminal.print(`started ${started}, existed ${repeated}, refused ${refused.length}`);
  for (const { line, error } of refused.slice(0, refusedShownMax)) {
    cli.terminal.note(`line ${line}: ${error?.code}: ${error?.message}`);
  }
  const more = refused.length - refusedShownMax;
  if (more > 0) cli.terminal.note(`… and ${more} more; --json has them all`);
}
