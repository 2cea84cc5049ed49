/** What a command says about the run it has started, at once or, with `--wait`, until its end. */
import type { FleetClient, StartedRun } from "@runfleet/client";
import type { RunDocument } from "@runfleet/model";
import type { Cli } from "./cli.js";
import { renderRun } from "./render/run-tree.js";
import { tellWaits } from "./watch/tell-waits.js";
import { treeOptions, watchRun } from "./watch/watch-run.js";

export const waitOption = [
  "--wait",
  "wait for the end, and say what the run waits for; exit code 1 when it fails or is cancelled",
] as const;

export async function tellStarted(
  cli: Cli,
  fleet: FleetClient,
  { run, wait }: { readonly run: StartedRun; readonly wait: boolean | undefined },
): Promise<void> {
  const { terminal } = cli;
  const isJson = cli.globals().json === true;
  const begun = `${run.isRepeat ? "exists" : "started"} ${run.id}`;
  if (wait !== true) {
    if (isJson) terminal.printJson({ id: run.id, status: run.status });
    else terminal.print(begun);
    return;
  }
  const ended = await untilEnded(cli, fleet, { runId: run.id, begun });
  if (isJson) terminal.printJson(ended);
  if (ended.status !== "completed") cli.setExitCode(1);
}

/** People with a terminal watch the run; others are told its end. */
async function untilEnded(
  cli: Cli,
  fleet: FleetClient,
  { runId, begun }: { readonly runId: string; readonly begun: string },
): Promise<RunDocument> {
  const { terminal } = cli;
  const isJson = cli.globals().json === true;
  if (terminal.isInteractive && !isJson) return watchRun(cli, fleet, runId);
  terminal.note(`${begun}, waiting for its end`);
  const ended = await tellWaits(cli, fleet, { runId, until: () => fleet.result(runId) });
  if (!isJson) terminal.print(renderRun(ended, treeOptions(cli)));
  return ended;
}
