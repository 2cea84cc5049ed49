/** `runfleet explain`: one sentence why a run is not moving, and what to do. */
import type { RunExplanation } from "@runfleet/client";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { withFleet } from "../with-fleet.js";

export function addExplain(program: Command, cli: Cli): void {
  program
    .command("explain <run>")
    .description("say why a run is not moving, and what to do")
    .action((runId: string) => explain(cli, runId));
}

async function explain(cli: Cli, runId: string): Promise<void> {
  const explanation = await withFleet(cli, (fleet) => fleet.explain(runId));
  if (cli.globals().json === true) cli.terminal.printJson(explanation);
  else for (const line of lines(explanation)) cli.terminal.print(line);
}

/** From the run that was asked for down to the one that decides; only that one's remedy helps. */
function lines(explanation: RunExplanation): string[] {
  const { id, workflow, sentence, remedy, because } = explanation;
  const said = `${workflow} ${id}: ${sentence}`;
  return because === null ? [said, `what to do: ${remedy}`] : [said, ...lines(because)];
}
