/** `runfleet retry`: lets a failed run, or many, go on from what failed. */
import type { Command } from "commander";
import { addManyOptions, changeMany, type ManyChoices, oneRun } from "../change-many.js";
import type { Cli } from "../cli.js";
import { withFleet } from "../with-fleet.js";

export function addRetry(program: Command, cli: Cli): void {
  const command = program
    .command("retry [run]")
    .description(
      "let a failed run, or all that the options choose, go on: completed steps stay, failed ones are attempted again",
    );
  addManyOptions(command, ["failed"]).action((runId: string | undefined, options: ManyChoices) =>
    retry(cli, runId, options),
  );
}

async function retry(cli: Cli, named: string | undefined, options: ManyChoices): Promise<void> {
  const runId = oneRun(named, options);
  if (runId === undefined) {
    await withFleet(cli, (fleet) =>
      changeMany(cli, options, {
        past: "let go on",
        change: (filter, shape) => fleet.retryMany(filter, shape),
      }),
    );
    return;
  }
  await withFleet(cli, (fleet) => fleet.retry(runId));
  if (cli.globals().json === true) cli.terminal.printJson({ id: runId, requested: "retry" });
  else cli.terminal.print(`${runId} goes on`);
}
