/** `runfleet watch`: a run, with its child runs, while it happens, until its end. */
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { watchRun } from "../watch/watch-run.js";
import { withFleet } from "../with-fleet.js";

export function addWatch(program: Command, cli: Cli): void {
  program
    .command("watch <run>")
    .summary("follow a run and its child runs until it has ended")
    .description(
      "follow a run and its child runs until it has ended: on a terminal as a live tree, elsewhere a line per event; exit code 1 when it failed or was cancelled",
    )
    .action((runId: string) => watch(cli, runId));
}

async function watch(cli: Cli, runId: string): Promise<void> {
  const isJson = cli.globals().json === true;
  const run = await withFleet(cli, (fleet) => (isJson ? fleet.result(runId) : watchRun(cli, fleet, runId)));
  if (isJson) cli.terminal.printJson(run);
  if (run.status !== "completed") cli.setExitCode(1);
}
