/** `runfleet terminate`: ends a run at once, whatever its worker does. */
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { withFleet } from "../with-fleet.js";

export function addTerminate(program: Command, cli: Cli): void {
  program
    .command("terminate <run>")
    .description("end a run at once, without its always block; the runs it started are cancelled")
    .action((runId: string) => terminate(cli, runId));
}

async function terminate(cli: Cli, runId: string): Promise<void> {
  await withFleet(cli, (fleet) => fleet.terminate(runId));
  if (cli.globals().json === true) cli.terminal.printJson({ id: runId, requested: "terminate" });
  else cli.terminal.print(`terminated ${runId}`);
}
