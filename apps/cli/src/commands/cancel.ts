/** `runfleet cancel`: asks a run and everything below it to end. */
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { withFleet } from "../with-fleet.js";

export function addCancel(program: Command, cli: Cli): void {
  program
    .command("cancel <run>")
    .description("ask a run, and every run it started, to end; its always block still runs")
    .option("--reason <text>", "why; it is recorded")
    .action((runId: string, options: { readonly reason?: string }) => cancel(cli, runId, options));
}

async function cancel(cli: Cli, runId: string, options: { readonly reason?: string }): Promise<void> {
  await withFleet(cli, (fleet) => fleet.cancel(runId, options));
  if (cli.globals().json === true) cli.terminal.printJson({ id: runId, requested: "cancel" });
  else cli.terminal.print(`cancelling ${runId}`);
}
