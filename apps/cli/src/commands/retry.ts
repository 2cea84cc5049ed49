/** `runfleet retry`: lets a failed run go on from what failed. */
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { withFleet } from "../with-fleet.js";

export function addRetry(program: Command, cli: Cli): void {
  program
    .command("retry <run>")
    .description("let a failed run go on: completed steps stay, failed ones are attempted again")
    .action((runId: string) => retry(cli, runId));
}

async function retry(cli: Cli, runId: string): Promise<void> {
  await withFleet(cli, (fleet) => fleet.retry(runId));
  if (cli.globals().json === true) cli.terminal.printJson({ id: runId, requested: "retry" });
  else cli.terminal.print(`${runId} goes on`);
}
